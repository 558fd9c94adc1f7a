"""Addresses of what the console shows: a page, and in its query what is open on it. Links lead there, also after a
reload, and Back returns.
"""

from __future__ import annotations

import html
from collections.abc import Collection
from urllib.parse import urlencode

import streamlit as st
from streamlit import config

from reson.ui.phrases import Markup, esc

FIRST = "inbox"
"""The page that opens at the console's own address, and at no other."""


def address(page: str, **opened: str) -> str:
    """Path of a page of this console with what is open on it, under the path that browsers know."""
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    query = urlencode({name: value for name, value in opened.items() if value})
    return f"/{base}{'/' if base else ''}{'' if page == FIRST else page}{'?' if query else ''}{query}"


def link(text: object, page: str, **opened: str) -> Markup:
    """A link to it, of the same tab."""
    return Markup(f'<a href="{html.escape(address(page, **opened), quote=True)}" target="_self">{esc(text)}</a>')


def to_measurement(measurement_id: str) -> Markup:
    return link(measurement_id, "measurements", measurement=measurement_id)


def follow(name: str, allowed: Collection[str] | None = None, key: str = "", usual: str | None = None) -> None:
    """Keep ``st.session_state[key]`` (usually called as in the address) and ``name`` in the address in step, before its
    widget is drawn: what moved last, the address by a link or Back, or the widget by a click, moves the other. What is
    not allowed, or nothing, is ``usual``; ``allowed`` None allows everything.
    """
    key = key or name
    here, known = st.query_params.get(name, ""), st.session_state.get(f"address of {key}", "")
    if here != known and (allowed is None or here in allowed or not here):
        st.session_state[key] = here or None
    now = st.session_state.get(key)
    if now is not None and allowed is not None and now not in allowed:
        now = st.session_state[key] = None
    if now is None and usual is not None:
        now = st.session_state[key] = usual
    if (now or "") != here:
        if now:
            st.query_params[name] = now
        else:
            st.query_params.pop(name, None)
    st.session_state[f"address of {key}"] = now or ""
