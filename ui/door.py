"""The door of the console: which requests come in, and what every answer tells the browser that shows it.

A page of any other origin, a server on another port of this machine included, may send a browser here, but may neither
read an answer nor act: the one channel by which pages act, and every request that is not a mere look, must say that it
comes from the console's own page. Streamlit's own check takes any port of this machine for its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOKS = ("GET", "HEAD", "OPTIONS")
_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_REFUSED = (
    "This request does not come from the console's own page. Behind a proxy, set url under [console] in lab.toml."
)


def content_security_policy() -> str:
    """Scripts from the console alone; the only ones within a page are those that Streamlit's own page has."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    own = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _INLINE.findall(page.read_bytes())
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval' {own}",  # the plots compile their expressions
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "frame-src 'self' data:",  # reports
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def answer_headers() -> Mapping[str, str]:
    """What goes with every answer."""
    return {
        "Content-Security-Policy": content_security_policy(),
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


class Door:
    """Stands before everything that the console serves. ``origin``: of the proxy before it, empty without one."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app, self._origin = app, origin
        self._headers = answer_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self.lets_in(scope):
            await self._refuse(scope, receive, send)
        else:
            await self._app(scope, receive, self._telling(send))

    def lets_in(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        asked_by = headers.get("origin")
        if asked_by is None:
            return scope["type"] == "http" and scope["method"] in LOOKS
        own = {f"{scheme}://{headers.get('host', '')}" for scheme in ("http", "https")}
        return asked_by in own or (bool(self._origin) and asked_by == self._origin)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        await PlainTextResponse(_REFUSED, status_code=403)(scope, receive, self._telling(send))

    def _telling(self, send: Send) -> Send:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        return told
