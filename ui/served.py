"""What `streamlit run` serves: the console, and the address at which a page that has signed in gets its cookie."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reson.ui.sessions import SESSIONS, cookie_name

LONGEST_TICKET = 100


async def keep_session(request: Request) -> Response:
    """Trade a ticket for the cookie of its session; refused to pages of any other origin."""
    asked_by, asked = urlsplit(request.headers.get("origin", "")), request.headers.get("host")
    if asked_by.netloc != asked or int(request.headers.get("content-length", LONGEST_TICKET + 1)) > LONGEST_TICKET:
        return Response(status_code=403)
    token = SESSIONS.redeem((await request.body()).decode(errors="replace"))
    if token is None:
        return Response(status_code=403)
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    name, secure = cookie_name(st.get_option("server.port")), asked_by.scheme == "https"
    answer.set_cookie(name, token, httponly=True, samesite="strict", secure=secure)
    return answer


app = st.App(Path(__file__).with_name("app.py"), routes=[Route("/session", keep_session, methods=["POST"])])
