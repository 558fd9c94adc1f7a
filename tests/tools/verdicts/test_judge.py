from __future__ import annotations

import pytest

from reson.records import Check, CheckCode, Verdict
from reson.tools.verdicts.judge import judge


def check(passed: bool, severity: Verdict) -> Check:
    return Check(name="c", code=CheckCode.OUT_OF_RANGE, passed=passed, severity=severity, message=f"{severity}")


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ([], Verdict.REJECT),
        ([check(True, Verdict.REJECT)], Verdict.ACCEPT),
        ([check(True, Verdict.REJECT), check(False, Verdict.REVIEW)], Verdict.REVIEW),
        ([check(False, Verdict.REVIEW), check(False, Verdict.REJECT)], Verdict.REJECT),
        ([check(False, Verdict.REJECT), check(False, Verdict.REVIEW)], Verdict.REJECT),
    ],
)
def test_the_worst_failed_check_decides(checks: list[Check], verdict: Verdict) -> None:
    judgement = judge(checks)
    assert judgement.verdict is verdict
    assert bool(judgement.reasons) == (verdict is not Verdict.ACCEPT)
