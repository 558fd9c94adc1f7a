"""What a typical question takes, so that a person knows before the night: estimated from the real requests."""

from __future__ import annotations

from reson.agent.asking.choose_by_model import question as choose_question
from reson.agent.asking.read_by_model import question as read_question
from reson.agent.config import Goals, ModelSettings
from reson.agent.model.capabilities import EVERYTHING
from reson.agent.model.pictures import request_tokens
from reson.agent.observation import GoalsView, Known, Observation, QubitView
from reson.components import Qubit
from reson.prompts.gallery import gallery
from reson.tools.data import Analysis, Axis

COLD = {"drive_frequency": 5e9, "x_amplitude": 0.35, "sx_amplitude": 0.175, "drag_beta": 0.0}
QUBITS = 5
ANSWER = {"choose": 400, "read": 150}
"""Tokens of a usual answer."""


def typical_tokens(settings: ModelSettings) -> dict[str, tuple[int, int]]:
    """purpose -> (tokens in, tokens out): the first decision for five cold qubits, and one reading of a Rabi plot."""
    choose = sum(request_tokens(choose_question(settings, EVERYTHING, cold_chip(QUBITS), {}, {})))
    figure = next(one.path for one in gallery() if one.experiment == "rabi")
    axis = Axis(label="", unit="")
    analysis = Analysis(experiment="rabi", series=(), x_axis=axis, y_axis=axis, quantities={})
    read = sum(request_tokens(read_question(settings, EVERYTHING, figure, analysis, "")))
    return {"choose": (choose, ANSWER["choose"]), "read": (read, ANSWER["read"])}


def cold_chip(qubits: int) -> Observation:
    """What a brain sees of a chip at the beginning of its first night."""
    goals = Goals()
    known = {name: Known(value=value, stderr=None, age_hours=0.0, measured=False) for name, value in COLD.items()}
    return Observation(
        device="simulated-7",
        goals=GoalsView.model_validate(goals.model_dump()),
        qubits=tuple(
            QubitView(component=Qubit(number), known=known, design=COLD, measured_before=frozenset(), attempts=())
            for number in range(qubits)
        ),
        device_seconds_left=7200.0,
        experiments_left=2000,
    )
