"""Errors cross processes whole: workers of studies and evals send them home by pickle."""

from __future__ import annotations

import pickle

import pytest

from reson.agent.cli.errors import WrongUsage
from reson.errors import OperatorError, ToolError, ToolErrorKind


def test_a_tool_error_arrives_with_its_kind_and_message() -> None:
    here = pickle.loads(pickle.dumps(ToolError(ToolErrorKind.JOB_FAILED, "no shots")))
    assert (here.kind, here.message, str(here)) == (ToolErrorKind.JOB_FAILED, "no shots", "no shots")


@pytest.mark.parametrize("kind", [OperatorError, WrongUsage])
def test_an_operator_error_arrives_with_its_remedy(kind: type[OperatorError]) -> None:
    here = pickle.loads(pickle.dumps(kind("the disk is full", "make room")))
    assert (type(here), here.what, here.remedy) == (kind, "the disk is full", "make room")
