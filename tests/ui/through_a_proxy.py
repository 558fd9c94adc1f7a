"""A browser without a screen that reaches the console through a proxy: HTTP, cookies, and the stream that pages are.

The proxy is the plainest one: it ends TLS for ``url``, asks the console under its own address, and says for whom.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

WAIT = 60.0


@dataclass
class Visitor:
    url: str
    """The address that the browser knows."""
    console: str
    """Where the console is."""
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = "203.0.113.9"

    def get(self, address: str) -> httpx2.Response:
        """One request, following nothing; cookies are kept and sent as a browser does, where they are the console's."""
        outside = urlsplit(address).netloc not in (urlsplit(self.url).netloc, "")
        if outside:
            return httpx2.get(address, timeout=WAIT)
        answer = httpx2.get(f"{self.console}{self._path(address)}", headers=self._headers(), timeout=WAIT)
        self._keep(answer)
        return answer

    def post(self, path: str, body: str, origin: str) -> httpx2.Response:
        headers = self._headers() | {"Origin": origin}
        answer = httpx2.post(f"{self.console}{path}", content=body, headers=headers, timeout=WAIT)
        self._keep(answer)
        return answer

    def press(self, label: str, name: str = "") -> Page:
        """A page by its name, and a button on it."""
        return self.page(name=name, button=label)

    def page(self, origin: str | None = None, name: str = "", button: str = "") -> Page:
        """What the console shows, as its first page or another. Raises ``InvalidStatus`` where it is not let in."""
        parts = urlsplit(self.url)
        stream = f"ws://{urlsplit(self.console).netloc}{parts.path}/_stcore/stream"
        self.get(f"{self.url}/_stcore/health")  # brings the cookie whose content the stream must name
        names = ["streamlit", self.cookies["_streamlit_xsrf"]]
        headers = self._headers()
        with connect(
            stream,
            origin=Origin(origin or f"{parts.scheme}://{parts.netloc}"),
            subprotocols=[Subprotocol(name) for name in names],
            additional_headers=headers,
            open_timeout=WAIT,
            max_size=None,
        ) as socket:
            page = _run(socket, BackMsg(), name)
            if button:
                ask = BackMsg()
                pressed = ask.rerun_script.widget_states.widgets.add()
                pressed.id, pressed.trigger_value = page.buttons[button], True
                page = _run(socket, ask, name)
        return page

    def _path(self, address: str) -> str:
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}"

    def _headers(self) -> dict[str, str]:
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"X-Forwarded-For": self.address, "X-Forwarded-Proto": "https"} | ({"Cookie": said} if said else {})

    def _keep(self, answer: httpx2.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "max-age=0" in line.lower():
                with suppress(KeyError):
                    del self.cookies[name]


def _run(socket: ClientConnection, ask: BackMsg, name: str) -> Page:
    ask.rerun_script.page_name = name
    socket.send(ask.SerializeToString())
    page = Page()
    while not page.over:
        message = ForwardMsg()
        message.ParseFromString(socket.recv(timeout=WAIT))  # pyright: ignore[reportArgumentType]
        page.take(message)
    return page


@dataclass
class Page:
    """What was on it."""

    words: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    """Label -> id."""
    fields: int = 0
    leads_to: str = ""
    over: bool = False

    def take(self, message: ForwardMsg) -> None:
        if message.HasField("auth_redirect"):
            self.leads_to = message.auth_redirect.url
        element = message.delta.new_element
        if element.HasField("html"):
            self.words += element.html.body
        if element.HasField("button"):
            self.buttons[element.button.label] = element.button.id
        self.fields += element.HasField("text_input")
        self.over = self.over or message.HasField("script_finished")
