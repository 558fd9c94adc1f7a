"""The page about files of one's own tells what the code takes, and its example gives what it quotes."""

from __future__ import annotations

from pathlib import Path

from reson.agent import own_data
from reson.tools.own_data.columns import Wanted
from reson.tools.own_data.page import markdown
from reson.tools.own_data.reading import read_file
from reson.wording import quantity

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_has_every_form() -> None:
    assert markdown() in (DOCS / "own-data.md").read_text(encoding="utf-8"), "put tools/own_data/page.py's table there"


def test_the_example_gives_what_the_page_says() -> None:
    told = own_data.told_of("rabi", {"anharmonicity": "-210MHz", "pulse_duration": "32ns"})
    table = read_file(DOCS / "examples" / "rabi.csv")
    seen = own_data.analyse(table, "rabi", Wanted(x="amp_mV", y=("I_mV", "Q_mV")), told)
    page = (DOCS / "own-data.md").read_text(encoding="utf-8")
    assert f"{seen.judgement.verdict.value}: rabi" in page and all(note in page for note in seen.made.notes)
    for name in ("x_amplitude", "sx_amplitude"):
        one = seen.analysis.quantities[name]
        assert f"{name} = {quantity(one.value, one.stderr, one.unit)}" in page
    assert seen.analysis.x_axis.unit == seen.analysis.y_axis.unit == "V"
