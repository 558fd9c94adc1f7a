"""The console: sign-in, navigation, and one page at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from reson.errors import OperatorError, ToolError
from reson.ui import access, bar, chat_page, chip, inbox, measurements, night, own_data, queries, settings, trajectories
from reson.ui.opened import opened
from reson.ui.phrases import told

PAGES = (
    ("inbox", "Inbox", inbox.page),
    ("chip", "Chip", chip.page),
    ("chat", "Chat", chat_page.page),
    ("night", "Night", night.page),
    ("measurements", "Measurements", measurements.page),
    ("own_data", "Your data", own_data.page),
    ("trajectories", "Trajectories", trajectories.page),
    ("settings", "Settings", settings.page),
)


def main() -> None:
    st.set_page_config(page_title="Reson", layout="wide", initial_sidebar_state="collapsed")
    st.html(Path(__file__).with_name("console.css"))
    try:
        who = access.person()
        if who is None:
            _navigation({name: access.sign_in_page for name, _, _ in PAGES}, {}, hidden=True).run()
            return
        access.seen()
        page, waits = _pages()
        bar.draw(page.title.partition(" (")[0], waits)
        page.run()
        access.keep_signed_in()
    except (OperatorError, ToolError) as error:
        told(error)


def _pages() -> tuple[st.Page, int]:
    """The page that is open, and how many requests wait."""
    place = opened()
    waits = len(queries.waiting(place.store).ids) if place else 0
    if place is not None:
        inbox.watch(place)
    page = _navigation({name: draw for name, _, draw in PAGES}, {"inbox": f"Inbox ({waits})"} if waits else {})
    return page, waits


def _navigation(draws: dict[str, Callable[[], None]], titles: dict[str, str], *, hidden: bool = False) -> st.Page:
    """Every page keeps its address whoever asks for it, so that signing in leads to where one wanted to go."""
    pages = {
        name: st.Page(draws[name], title=titles.get(name, title), url_path=name, default=index == 0)
        for index, (name, title, _) in enumerate(PAGES)
    }
    st.session_state["pages"] = pages
    return st.navigation(list(pages.values()), position="hidden" if hidden else "top")


main()
