"""Errors have an addressee: the brain, which can try again, or the operator, who must act. Anything else is a bug."""

from __future__ import annotations

from enum import StrEnum


class ToolErrorKind(StrEnum):
    """Why a tool refused or failed; the brain chooses its next step by it."""

    BAD_ARGUMENTS = "bad_arguments"
    NOT_ALLOWED = "not_allowed"
    OVER_BUDGET = "over_budget"
    DEVICE_REFUSED = "device_refused"
    JOB_FAILED = "job_failed"
    """The device took a sound request and brought back no complete data: the same request may be made again."""
    ANALYSIS_FAILED = "analysis_failed"


class ToolError(Exception):
    """A request that a tool could not serve; addressed to the brain, which may correct it and try again."""

    def __init__(self, kind: ToolErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message

    def __reduce__(self) -> tuple[type[ToolError], tuple[ToolErrorKind, str]]:
        return ToolError, (self.kind, self.message)  # it crosses processes; an exception's own way keeps ``args`` alone


class DeviceUnavailable(Exception):
    """The device did not answer; the run ends as ``device_unavailable`` and can be resumed."""


class Stopped(Exception):
    """A person stopped what the device was doing; the run ends as ``stopped`` and can be resumed."""


class OperatorError(Exception):
    """Something only a person can mend; printed as two lines (what happened, what to do) without a traceback."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[OperatorError], tuple[str, str]]:
        return type(self), (self.what, self.remedy)

    def __str__(self) -> str:
        return f"{self.what}\n{self.remedy}"
