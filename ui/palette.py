"""Colours of the console, for its light and its dark theme."""

from __future__ import annotations

import streamlit as st

from reson.tools.figures.style import COLOURS

DARK_COLOURS = ("#56B4E9", "#E69F00", "#2EC49A", "#E3A1C6", "#9AD0F0", "#F0C466")
"""The same hues of Okabe and Ito, light enough for a dark page."""


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def colours() -> tuple[str, ...]:
    return DARK_COLOURS if is_dark() else COLOURS


def ink() -> str:
    return "#e3e6e8" if is_dark() else "#1d2329"
