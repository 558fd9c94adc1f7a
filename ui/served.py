"""What `streamlit run` serves: the console behind its door, and where a page that has signed in gets its cookies."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from reson.agent.console_settings import sign_in_secrets
from reson.ui.door import Door
from reson.ui.guessing import DEVICE_DAYS, device_cookie
from reson.ui.opened import console_settings
from reson.ui.sessions import SESSIONS, browser_cookie_name, cookie_name

LONGEST_TICKET = 100
HERE = Path(__file__).parent
CONSOLE = console_settings()


async def keep_session(request: Request) -> Response:
    """Trade a ticket for the cookies of its session and of its browser; the door refuses pages of other origins."""
    if int(request.headers.get("content-length", LONGEST_TICKET + 1)) > LONGEST_TICKET:
        return Response(status_code=403)
    token = SESSIONS.redeem((await request.body()).decode(errors="replace"))
    session = SESSIONS.get(token) if token is not None else None
    if token is None or session is None:
        return Response(status_code=403)
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    port, secure = st.get_option("server.port"), urlsplit(request.headers["origin"]).scheme == "https"
    how = {"path": CONSOLE.path or "/", "httponly": True, "samesite": "strict", "secure": secure}
    answer.set_cookie(cookie_name(port), token, **how)
    if session.account:
        kept = device_cookie(session.name, session.account)
        answer.set_cookie(browser_cookie_name(port), kept, max_age=DEVICE_DAYS * 86_400, **how)
    return answer


async def keep_session_script(request: Request) -> Response:
    return FileResponse(HERE / "keep_session.js", media_type="text/javascript")


app = st.App(
    HERE / "app.py",
    secrets=sign_in_secrets(CONSOLE) or None,
    routes=[
        Route(f"{CONSOLE.path}/session", keep_session, methods=["POST"]),
        Route(f"{CONSOLE.path}/keep_session.js", keep_session_script),
    ],
    middleware=[Middleware(Door, origin=CONSOLE.origin)],
)
