"""From checks to a verdict: the worst severity among the failed ones; nothing checked is nothing accepted."""

from __future__ import annotations

from collections.abc import Sequence

from reson.records import Check, CheckCode, Judgement, Verdict

_ORDER = (Verdict.ACCEPT, Verdict.REVIEW, Verdict.REJECT)


def judge(checks: Sequence[Check]) -> Judgement:
    """The verdict over all ``checks``. Without any check there is no outcome, and a missing outcome is a failure."""
    if not checks:
        missing = Check(
            name="outcome",
            code=CheckCode.NO_OUTCOME,
            passed=False,
            severity=Verdict.REJECT,
            message="nothing could be checked",
        )
        return Judgement(verdict=Verdict.REJECT, checks=(missing,))
    failed = [check.severity for check in checks if not check.passed]
    return Judgement(verdict=max(failed, key=_ORDER.index, default=Verdict.ACCEPT), checks=tuple(checks))
