"""The line at the top of every page: which lab and device, what their clocks show, and whether something runs."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from reson.agent.holder import holder_of
from reson.hours import shown
from reson.ui.addresses import link
from reson.ui.opened import Opened, opened
from reson.ui.phrases import Markup, show, tag
from reson.wording import moment

DRAWN_SECONDS = 3.0


@st.fragment(run_every=DRAWN_SECONDS)
def draw(page: str, waits: int) -> None:
    """``page``: its name, and ``waits`` the requests in the inbox, which a phone shows nowhere else."""
    place = opened()
    if place is None:
        return
    where = tag("span", tag("strong", page), " ", link(f"Inbox ({waits})", "inbox"), kind="rs-phone")
    show(tag("p", where, *(tag("span", part) for part in _parts(place)), kind="rs-bar-line"))


def _parts(place: Opened) -> list[object]:
    zone = place.lab.config.night.time_zone
    now = shown(datetime.now(UTC), zone)
    clock = f"device clock {moment(place.now)[:16]} UTC" if place.now else "device never used"
    holder = holder_of(place.lab.directory)
    running: Markup | str = (
        tag("span", f"▸ {holder.purpose.removeprefix('reson ')}", kind="rs-mark rs-done") if holder else "idle"
    )
    return [
        f"Lab {place.lab.directory.resolve().name}",
        place.device,
        clock,
        f"here {now:%H:%M} {zone or now.tzname()}",
        running,
    ]
