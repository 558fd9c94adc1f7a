"""Error codes of IBM's service, and what each means for a run.

After the service's registry of error codes (quantum.cloud.ibm.com/docs/errors, and docs/errors.rst of
qiskit-ibm-runtime for the older ones): a code is entered by what its entry tells a user to do.
"""

from __future__ import annotations

import re

from reson.tools.devices.ibm.service import TroubleKind

CODES: dict[TroubleKind, tuple[int, ...]] = {
    # "retry the action": internal errors, failures on the way
    TroubleKind.CONNECTION: (
        *(1000, 1006, 1008, 1010, 1011, 2100, 2301, 2308, 2310, 2311, 2400, 2404, 2405, 2412, 2603, 2604),
        *(2900, 2901, 2902, 2903, 2905, 2908, 3202, 3203, 3204, 3208, 3210, 3212, 3213, 3214, 3233, 3234, 3235),
        *(3251, 3253, 3259, 3300, 3301, 3405, 3409, 3410, 3418, 3424, 3425, 3443, 3467, 3468, 3704, 3900, 3901),
        *(3902, 3911, 3912, 3913, 9999),
    ),
    TroubleKind.BUSY: (1202, 2402),
    TroubleKind.PENDING: (1012, 3458),
    TroubleKind.TOKEN: (
        *(2407, 2408, 2409, 2410, 2411, 3207, 3400, 3402, 3407, 3422, 3423, 3440, 3444, 3445, 3446, 3452, 3453),
        *(1200, 1201, 1214, 3459, 3460),
    ),
    TroubleKind.PLAN: (1352,),
    TroubleKind.MAINTENANCE: (1004, 1999, 2002, 2615, 3245, 3246),
    TroubleKind.USAGE: (1224, 2203, 4317),
    TroubleKind.SESSION: (1217, 4001),
    TroubleKind.TARGET: (1106, 1107, 1109, 1517, 7000, 7001, 8006, 8007, 8008, 8014),
    TroubleKind.CIRCUITS: (1102, 1103, 3218, 3242, 3243, 6000, 6001, 6002, 6003),
    TroubleKind.MEMORY: (1001, 8002, 8003, 8018, 8022),
    TroubleKind.TIME: (1305, 3248, 5201, 8019, 8020, 8029, 8030, 8031),
    TroubleKind.STOPPED: (5202,),
    TroubleKind.LOST: (3250, 3302),
    TroubleKind.ENDED: (3209, 3254),
    # circuits, names and requests that are wrong as they are; a job that failed while it ran (5203, 80xx)
    TroubleKind.REFUSED: (
        *(1002, 1003, 1005, 1007, 1009, 1101, 1104, 1105, 1108, 1204, 2000, 2001, 2200, 2201, 2202, 2204, 2205),
        *(2206, 2300, 2307, 3224, 7002),
        *(2302, 2304, 2305, 2306, 2309, 2313, 2403, 2600, 2602, 2609, 2614, 2616, 2618, 2620, 2622, 2904, 2906),
        *(2907, 2909, 2910, 2911, 2912, 2913, 2914, 3200, 3211, 3215, 3216, 3220, 3226, 3228, 3229, 3230, 3236),
        *(3237, 3239, 3249, 3252, 3255, 3265, 3500, 3811, 3903, 3904, 3905, 3906, 3907, 3908, 3909, 3910, 3914),
        *(3915, 5203, 5204, 7003, 7004, 7005, 7006, 8000, 8001, 8004, 8009, 8011, 8013, 8016, 8017, 8021, 8023),
        *(8024, 8026, 8027, 8033, 8035, 8036, 8037, 8039, 8041, 8042, 8044, 8054),
    ),
}
_KIND_OF = {code: kind for kind, codes in CODES.items() for code in codes}

_STATUS: dict[int, TroubleKind] = {
    401: TroubleKind.TOKEN,
    403: TroubleKind.TOKEN,
    404: TroubleKind.LOST,
    409: TroubleKind.ENDED,
    413: TroubleKind.MEMORY,
    429: TroubleKind.BUSY,
    **dict.fromkeys((408, 425, 500, 502, 503, 504, 520, 521, 522, 524), TroubleKind.CONNECTION),
}
"""HTTP statuses; read after the codes of the service, which say more."""

_MAY_NOT = r"\b(?:cannot|not (?:authori[sz]|support|availab|allow|permit|includ|enabl|offer))"
_WORDS: tuple[tuple[TroubleKind, str], ...] = (
    (TroubleKind.PLAN, rf"\bsessions?\b.*{_MAY_NOT}.*\bplan\b|{_MAY_NOT}.*\bsessions?\b.*\bplan\b"),
    (TroubleKind.PLAN, rf"\bplan\b.*{_MAY_NOT}.*\bsessions?\b|run a session when using"),
    (TroubleKind.LOST, r"job not found"),
    (
        TroubleKind.PENDING,
        r"maximum .*(concurrent|pending) |(pending|concurrent) jobs? limit|too many ((pending|concurrent) )?jobs",
    ),
    (TroubleKind.BUSY, r"too many requests|rate.?limit|throttl"),
    (TroubleKind.SESSION, r"(session|batch|workload).*(clos|expir|not active|ended)"),
    (TroubleKind.ENDED, r"cannot be cancel"),
    (TroubleKind.TARGET, r"not supported by the target|transpile your circuits for the target"),
    (TroubleKind.TIME, r"ran (too long|longer than maximum)|exceeded .*execution time"),
    (TroubleKind.CIRCUITS, r"(too many|maximum number of|exceeds? .*) (circuits|shots|instructions)"),
    (
        TroubleKind.MEMORY,
        r"payload too large|memory exceeds|(exceeds?|exceeded|insufficient|not enough|out of) .*memory",
    ),
    (TroubleKind.TOKEN, r"unauthori[sz]ed|not authori[sz]ed|api key|login|token|invalid account|accountnot"),
    (TroubleKind.MAINTENANCE, r"maintenance|not operational|\bpaused\b|\boffline\b"),
    (TroubleKind.USAGE, r"usage limit|time limit of|quota|no (more )?time|exceeded .*(usage|limit)"),
    (TroubleKind.CONNECTION, r"connection|timed out|timeout|max retries|name resolution|unreachable"),
)
_CODE = re.compile(r"""(?i)(?:\b(?:error|reason)?[ _]?code["']?\s*[:=]?\s*["']?|^\W?)(\d{4})\b""")
_HTTP = re.compile(r"(?i)\b([45]\d\d)\b(?= (?:client|server) error| error responses|:|;|$)")


def kind_of(message: str, status: int | None = None) -> TroubleKind:
    """What an answer means: by the service's code, then the HTTP status, last the wording; else it is a refusal."""
    for code in _CODE.findall(message):
        if kind := _KIND_OF.get(int(code)):
            return kind
    if status is None and (told := _HTTP.search(message)):
        status = int(told[1])
    by_words = next((kind for kind, words in _WORDS if re.search(words, message, re.IGNORECASE)), None)
    if status == 404 and by_words is None:
        return TroubleKind.REFUSED  # not a job that is gone, but an address or a program
    if status == 401 and by_words is TroubleKind.PLAN:
        return by_words  # the key is right, and what it may do is told
    if status == 429 and by_words is TroubleKind.PENDING:
        return by_words
    if status in _STATUS and not (status == 403 and by_words):
        return _STATUS[status]
    if status is not None and status >= 500:
        return TroubleKind.CONNECTION
    return by_words or TroubleKind.REFUSED
