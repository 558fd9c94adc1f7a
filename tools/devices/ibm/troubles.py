"""From the runtime's exceptions to our own few kinds of trouble, by class, status code and wording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from reson.tools.devices.ibm.secrets import without_secrets
from reson.tools.devices.ibm.service import IbmTrouble, TroubleKind

_WORDS: tuple[tuple[TroubleKind, str], ...] = (
    (TroubleKind.TOKEN, r"\b401\b|unauthori[sz]ed|not authori[sz]ed|api key|login|token|invalid account|accountnot"),
    (TroubleKind.MAINTENANCE, r"\b503\b|maintenance|not operational|\bpaused\b|\boffline\b"),
    (TroubleKind.USAGE, r"usage limit|time limit of|quota|no (more )?time|exceeded .*(usage|limit)|\b1224\b"),
    (TroubleKind.SESSION, r"(session|batch|workload).*(clos|expir|not active|ended)|\b1217\b"),
    (TroubleKind.CONNECTION, r"connection|timed out|timeout|max retries|name resolution|unreachable|\b50[0-4]\b"),
)


@contextmanager
def own_terms(secrets: Iterable[str] = ()) -> Iterator[None]:
    """Turn what the runtime and the network raise into ``IbmTrouble``; bugs pass through."""
    from ibm_cloud_sdk_core import ApiException
    from qiskit.exceptions import QiskitError
    from qiskit_ibm_runtime.exceptions import IBMNotAuthorizedError
    from requests.exceptions import RequestException

    try:
        yield
    except (QiskitError, ApiException, RequestException, OSError) as error:
        message = without_secrets(str(error).strip("'\""), secrets)
        if isinstance(error, IBMNotAuthorizedError):
            kind = TroubleKind.TOKEN
        elif isinstance(error, RequestException | OSError):
            kind = TroubleKind.CONNECTION
        else:
            kind = kind_of(message)
        # the runtime's own traceback can hold the request, and with it the token
        raise IbmTrouble(kind, message or type(error).__name__) from None


def kind_of(message: str) -> TroubleKind:
    """By the wording of the service's answer; what is not known is a refusal."""
    found = (kind for kind, words in _WORDS if re.search(words, message, re.IGNORECASE))
    return next(found, TroubleKind.REFUSED)
