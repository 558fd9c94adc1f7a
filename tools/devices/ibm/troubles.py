"""From whatever the runtime raises to our own few kinds of trouble."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from reson.tools.devices.ibm.codes import kind_of
from reson.tools.devices.ibm.secrets import without_secrets
from reson.tools.devices.ibm.service import IbmTrouble, TroubleKind

_OUTSIDE = ("qiskit_ibm_runtime", "ibm_cloud_sdk_core", "ibm_platform_services", "requests", "urllib3")


@contextmanager
def own_terms(secrets: Iterable[str] = ()) -> Iterator[None]:
    """Turn what the runtime and the network raise into ``IbmTrouble``; bugs of ours pass through.

    An answer of another shape than the runtime expects makes it raise anything (KeyError, TypeError): what comes from
    inside it is an answer that nobody understands, and no bug of ours.
    """
    from ibm_cloud_sdk_core import ApiException
    from qiskit.exceptions import QiskitError
    from qiskit_ibm_runtime.exceptions import IBMNotAuthorizedError, RuntimeJobNotFound
    from requests.exceptions import RequestException

    try:
        yield
    except IbmTrouble:
        raise
    except Exception as error:
        known = isinstance(error, QiskitError | ApiException | RequestException | OSError)
        if not known and not _from_outside(error):
            raise
        message = without_secrets(str(error).strip("'\""), secrets)
        kind = kind_of(message, _status(error))
        if isinstance(error, RuntimeJobNotFound):
            kind = TroubleKind.LOST
        elif isinstance(error, IBMNotAuthorizedError) and kind is not TroubleKind.PLAN:
            kind = TroubleKind.TOKEN
        elif isinstance(error, RequestException | OSError) and kind is TroubleKind.REFUSED:
            kind = TroubleKind.CONNECTION
        elif not known:
            kind, message = (
                TroubleKind.CONNECTION,
                f"an answer that is not understood ({type(error).__name__}: {message})",
            )
        # the runtime's own traceback can hold the request, and with it the token
        raise IbmTrouble(kind, message or type(error).__name__) from None


def _from_outside(error: Exception) -> bool:
    """Whether the runtime, or what it is built on, was at work when the error was raised."""
    frames = (frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(name.partition(".")[0] in _OUTSIDE for name in frames)


def _status(error: BaseException | None) -> int | None:
    """The HTTP status, also where the runtime wrapped the error that had it."""
    while error is not None:
        told = getattr(error, "status_code", None)
        if isinstance(told, int) and 400 <= told < 600:
            return told
        error = error.__cause__ or error.__context__
    return None
