"""What files may hold, as a table: for the command line and the documentation."""

from __future__ import annotations

from reson.tools.own_data.forms import FORMS, Form

HEADS = ("experiment", "swept", "measured", "curves", "told with --set")


def rows() -> list[tuple[str, str, str, str, str]]:
    """One line for each experiment, in the order of ``HEADS``."""
    return [
        (name, _swept(form), " or ".join(form.takes), ", ".join(form.curves), ", ".join(form.asked))
        for name, form in FORMS.items()
    ]


def _swept(form: Form) -> str:
    if not form.swept:
        return "nothing"
    unit = f" ({form.unit})" if form.unit else ""
    second = f" and {form.row}" if form.row else ""
    fixed = f", 0 to {form.exactly - 1}" if form.exactly else ""
    return f"{form.swept}{unit}{second}{fixed}"


def markdown() -> str:
    lines = [HEADS, tuple("---" for _ in HEADS), *rows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
