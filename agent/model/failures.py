"""The border to the client and the parser: whatever they raise becomes ``NoAnswer``, with its cause in words."""

from __future__ import annotations

import re
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import openai

from reson.agent.model.aloud import struck
from reson.agent.model.conversation import FailureKind, NoAnswer
from reson.agent.model.objects import clean
from reson.agent.model.refusals import refused_feature
from reson.records import Json

LONGEST_MESSAGE = 300
LONGEST_TOLD = 5000
LONGEST_WISH = 60.0
"""Seconds that an endpoint may ask to be left alone before the next try of the same question."""

PASSING = (
    FailureKind.UNREACHABLE,
    FailureKind.TIMEOUT,
    FailureKind.RATE_LIMITED,
    FailureKind.SERVER_ERROR,
)
"""Failures after which the same question may be asked again; when it stays so, the endpoint is away."""

STATUS_WORDS = {
    401: "the key is missing or wrong",
    402: "the account has no credit",
    403: "this key may not use it",
    404: "there is no such address or model",
    407: "the proxy wants a password",
    413: "the question is too large for it",
    429: "too many questions, or the quota is used up",
}
OF_THE_MOMENT = (408, 409, 425, 502, 503, 504)
"""Statuses of who is away or late: no words beside them say what the endpoint can do."""
HINTS = {
    "socksio": "ALL_PROXY names a SOCKS proxy, which needs the package socksio: install it, or unset ALL_PROXY",
    "missing an 'http": "base_url has to begin with http:// or https://",
    "unsupported protocol": "base_url has to begin with http:// or https://",
    "WRONG_VERSION_NUMBER": "it does not speak TLS: try http:// in base_url",
    "record layer failure": "it does not speak TLS: try http:// in base_url",
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not trusted; SSL_CERT_FILE names the lab's own authority",
    "Name or service not known": "there is no such host",
    "Temporary failure in name resolution": "its name cannot be looked up: is there a network?",
    "Connection refused": "nobody listens there",
    "No such file or directory": "a file that SSL_CERT_FILE or SSLKEYLOGFILE names is not there",
    "NO_CERTIFICATE": "what SSL_CERT_FILE names holds no certificate",
    "invalid literal for int": "the port in base_url, or in a proxy of the environment, is no number",
    "'idna' codec": "base_url names a host that cannot be one",
    "Server disconnected": "it hung up without an answer",
    "illegal request line": "it does not speak http: try https:// in base_url",
}
"""Part of a library's message -> what it means here."""

_TITLE = re.compile(r"<title[^>]*>([^<]+)", re.IGNORECASE)


@contextmanager
def border(key: str, url: str, sent: Collection[str] = ()) -> Iterator[None]:
    """Around everything of the client and the parser: nothing but ``NoAnswer`` comes out, and no key in it.

    ``sent``: features that the question rests on.
    """
    try:
        yield
    except NoAnswer as error:
        raise _told(error, key, sent) from None
    except Exception as error:  # noqa: BLE001 the one border: no failure of an endpoint may end a run
        raise _told(_no_answer(error, url), key, sent) from None  # the error itself may quote a header


def told_in_body(body: Json) -> NoAnswer:
    """The failure that an answer of status 200 holds in place of a message."""
    error = body.get("error")
    code = (error.get("code") or error.get("status")) if isinstance(error, dict) else body.get("code")
    status = int(str(code)) if str(code).isdecimal() and len(str(code)) == 3 else 400
    return told_by_status(status, told(error))


def told_by_status(status: int, said: str, again_after: float | None = None) -> NoAnswer:
    """The failure that an HTTP status and the words of the endpoint tell."""
    message = ": ".join(one for one in (STATUS_WORDS.get(status, ""), said) if one)
    words = f"{message} (status {status})"
    if status == 429:
        return NoAnswer(FailureKind.RATE_LIMITED, words, again_after=again_after)
    if status in STATUS_WORDS and status != 404:
        return NoAnswer(FailureKind.REFUSED, words)
    if status in OF_THE_MOMENT:
        return NoAnswer(FailureKind.SERVER_ERROR, words, again_after=again_after)
    kind = FailureKind.SERVER_ERROR if status >= 500 else FailureKind.REFUSED
    return NoAnswer(kind, words, told=said, again_after=again_after)


def told(body: object) -> str:
    """The endpoint's own words: the message of an error, whatever else it sent, or the title of a page."""
    if isinstance(body, dict):
        inner = body.get("message") or body.get("error") or body.get("detail") or body
        return str(inner.get("message") or inner) if isinstance(inner, dict) else str(inner)
    text = str(body or "").strip()
    if text.startswith("<"):
        title = _TITLE.search(text[:20_000])
        return f'a web page titled "{title[1].strip()}"' if title else "a web page"
    return text


def _no_answer(error: Exception, url: str) -> NoAnswer:
    chain = _chain(error)
    inner = next((one for one in chain if isinstance(one, NoAnswer)), None)
    if inner is not None:
        return inner
    words = _words(chain)
    match error:
        case openai.APIStatusError():
            said = told(error.body if error.body is not None else error.response.text)
            return told_by_status(error.status_code, said, _again_after(error.response.headers))
        case openai.APITimeoutError() | httpx2.TimeoutException():
            return NoAnswer(FailureKind.TIMEOUT, f"it does not answer in time{_by_proxy(url)}")
        case openai.APIConnectionError() | httpx2.HTTPError() | httpx2.StreamError() | ssl.SSLError() | OSError():
            unusable = any(isinstance(one, (httpx2.UnsupportedProtocol, httpx2.InvalidURL)) for one in chain)
            kind = FailureKind.REFUSED if unusable else FailureKind.UNREACHABLE
            return NoAnswer(kind, f"no connection{_by_proxy(url)}: {words}")
        case ImportError() | httpx2.InvalidURL():
            return NoAnswer(FailureKind.REFUSED, f"the question cannot be sent: {words}")
        case UnicodeEncodeError():
            return NoAnswer(
                FailureKind.REFUSED, f"the question cannot be sent: it cannot be written as {error.encoding}"
            )
        case UnicodeError() if not isinstance(error, UnicodeDecodeError):
            return NoAnswer(FailureKind.REFUSED, f"the question cannot be sent: {words}")
        case RecursionError():
            return NoAnswer(FailureKind.MALFORMED, "the answer is nested too deep")
        case ValueError():
            return NoAnswer(FailureKind.MALFORMED, f"the answer is no JSON that can be used: {words}")
    return NoAnswer(FailureKind.MALFORMED, f"the answer cannot be used: {type(error).__name__}: {words}")


def _again_after(headers: httpx2.Headers) -> float | None:
    """Seconds that the endpoint wants to be left alone; negative where asking again has no sense."""
    if headers.get("x-should-retry") == "false":
        return -1.0
    wanted = headers.get("retry-after", "")
    return min(float(wanted), LONGEST_WISH) if wanted.isdecimal() and len(wanted) < 6 else None


def _chain(error: BaseException | None) -> list[BaseException]:
    """An exception and what caused it, outermost first."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _words(chain: list[BaseException]) -> str:
    """The innermost cause, and what it means where that is known."""
    texts = [text for one in chain if (text := " ".join(str(one).split()))]
    hint = next((words for part, words in HINTS.items() if any(part in text for text in texts)), "")
    cause = texts[-1] if texts else type(chain[-1]).__name__
    return f"{hint} ({cause})" if hint else cause


def _by_proxy(url: str) -> str:
    """Which proxy of the environment stands between, where one does."""
    parts = urlsplit(url)
    proxies = getproxies()
    name = next((name for name in (parts.scheme, "all") if name in proxies), None)
    if name is None or proxy_bypass(parts.hostname or ""):
        return ""
    return f" through the proxy {proxies[name].rpartition('@')[2]} of {name.upper()}_PROXY"


def _told(error: NoAnswer, key: str, sent: Collection[str]) -> NoAnswer:
    """The failure as it may be kept. One that names a feature is a refusal, with whatever status it came."""
    cannot = refused_feature(error.told[:LONGEST_TOLD], sent) or ""
    return NoAnswer(
        FailureKind.REFUSED if cannot else error.kind,
        " ".join(struck(clean(error.message), key).split())[:LONGEST_MESSAGE],
        wasted=error.wasted,
        cannot=cannot,
        told=error.told[:LONGEST_TOLD],
        again_after=error.again_after,
    )
