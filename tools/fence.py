"""The fence: where our own code fails on the data of one qubit, that is a fault of this qubit and the others go on.

The one place that catches exceptions whatever they are, an exception to the rule of the house: one qubit's data must
never end the night of all, and nobody can list in advance what strange data raises. What is caught is not swallowed:
the traceback goes into the record, and the measurement is rejected.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from typing import TypeVar

from reson.errors import DeviceUnavailable, OperatorError
from reson.records import Check, CheckCode, Verdict
from reson.tools.data import Analysis, Fault

Given = TypeVar("Given")
Result = TypeVar("Result")


def attempt(where: str, function: Callable[[], Result]) -> Result | Fault:
    """What ``function`` returns, or the fault that stopped it.

    Errors with an addressee pass: a person or the run itself has to act on them.
    """
    try:
        return function()
    except (OperatorError, DeviceUnavailable):
        raise
    except Exception as error:  # noqa: BLE001 (the fence; see the head of this module)
        return Fault(where=where, error=in_words(error), traceback="".join(traceback.format_exc()))


def in_words(error: BaseException) -> str:
    """The kind of an error and the first line of what it says."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


def each(
    where: str, function: Callable[[Sequence[Given]], list[Result]], items: Sequence[Given]
) -> list[Result | Fault]:
    """``function`` over all items at once; where that fails over each by itself, so that only the bad ones are lost."""
    together = attempt(where, lambda: function(items))
    if not isinstance(together, Fault):
        return list(together)
    return [attempt(where, lambda one=one: function([one])[0]) for one in items]


def with_faults(analysis: Analysis, faults: Sequence[Fault]) -> Analysis:
    """The analysis of data on which our code failed later on: it keeps its data and loses its values."""
    return analysis.model_copy(update={"faults": (*analysis.faults, *faults), "quantities": {}})


def failed(fault: Fault) -> Check:
    """The check that a fault fails."""
    message = f"to {fault.where} this data failed: {fault.error}; its traceback is in the record"
    return Check(
        name=f"{fault.where} ran", code=CheckCode.FAULT, passed=False, severity=Verdict.REJECT, message=message
    )
