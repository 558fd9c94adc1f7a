"""What a model may look up at night before it decides: operations that read, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

from reson.agent.asking.looking import Found
from reson.agent.model.conversation import Tool
from reson.agent.model.objects import object_in
from reson.agent.operations.for_models import as_one_tool, one_of, or_refusal, picture_in
from reson.agent.operations.listed import some
from reson.agent.operations.opened import LOOKING, OpenLab
from reson.records import Json

AT_NIGHT = some("""
    show_qubit list_measurements show_measurement look_at_plot draw_anew raw_numbers parameter_history show_experiment
    show_diagnosis value_over_nights compare_runs compare_qubits troubles list_notes list_lessons
""")
"""Not among them: the index, which the run itself holds open, and what concerns people alone."""


LOOK = "look"
"""The tool behind which they stand."""


class Lookups:
    def __init__(self, at: OpenLab) -> None:
        self.at = replace(at, may=LOOKING)

    @property
    def names(self) -> frozenset[str]:
        return frozenset({LOOK, *AT_NIGHT})

    def tool(self) -> Tool:
        return as_one_tool(LOOK, AT_NIGHT)

    def look(self, name: str, given: Json | None) -> Found:
        if name == LOOK and given is not None:
            name, given = str(given.get("what")), as_object(given.get("given", {}))
        result = or_refusal(lambda: one_of(AT_NIGHT, name).in_words(self.at, given))
        return Found(text=json.dumps(result, ensure_ascii=False), picture=picture_in(AT_NIGHT, name, result))


def as_object(given: object) -> Json | None:
    """Arguments as an object, also where they came as its text; None for what is none."""
    return given if isinstance(given, dict) else object_in(given) if isinstance(given, str) else None
