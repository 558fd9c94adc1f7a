"""The console: sign-in, navigation, and one page at a time. Served by ``reson console``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from reson.errors import OperatorError, ToolError
from reson.ui import access, chat_page, chip, inbox, measurements, night, queries, settings, trajectories
from reson.ui.opened import opened
from reson.ui.phrases import told

PAGES = (
    ("inbox", "Inbox", inbox.page),
    ("chip", "Chip", chip.page),
    ("chat", "Chat", chat_page.page),
    ("night", "Night", night.page),
    ("measurements", "Measurements", measurements.page),
    ("trajectories", "Trajectories", trajectories.page),
    ("settings", "Settings", settings.page),
)


def main() -> None:
    st.set_page_config(page_title="Reson", layout="wide", initial_sidebar_state="collapsed")
    st.html(Path(__file__).with_name("console.css"))
    try:
        who = access.person()
        if who is None:
            st.navigation([st.Page(access.sign_in_page, title="Sign in")], position="hidden").run()
            return
        access.seen()
        _pages(who).run()
    except (OperatorError, ToolError) as error:
        told(error)


def _pages(who: access.Person):
    place = opened()
    waits = len(queries.waiting(place.store).ids) if place else 0
    titles = {"inbox": f"Inbox ({waits})" if waits else "Inbox"}
    pages = {
        name: st.Page(draw, title=titles.get(name, title), url_path=name, default=index == 0)
        for index, (name, title, draw) in enumerate(PAGES)
    }
    st.session_state["pages"] = pages
    if place is not None:
        inbox.watch(place)
    return st.navigation(list(pages.values()), position="top")


main()
