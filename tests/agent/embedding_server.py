"""A real HTTP server on this machine that speaks OpenAI's /v1/embeddings: one document is like every question."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Server:
    url: str
    port: int
    asked: list[list[str]] = field(default_factory=list)
    favourite: str = "measurement:m3"
    """It has "rabi" in its text, and so a vector along the one of every short text."""


@contextmanager
def embedding_server(port: int = 0, nonsense: str = "") -> Iterator[Server]:
    """``nonsense``: what is wrong with its answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/embeddings" and body["model"] == "some"
            texts = body["input"]
            server.asked.append(texts)
            vectors = [[1.0, 0.0, 0.0] if len(text) < 40 or "rabi" in text else [0.0, 1.0, 0.5] for text in texts]
            match nonsense:
                case "too few":
                    vectors = vectors[1:]
                case "other lengths":
                    vectors[0] = [1.0]
                case "zeros":
                    vectors[0] = [0.0, 0.0, 0.0]
            data = [{"object": "embedding", "index": i, "embedding": one} for i, one in enumerate(vectors)]
            told = json.dumps({"object": "list", "model": "some", "data": data}).encode()
            told = b"<html>sign in</html>" if nonsense == "no json" else told
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server = Server(f"http://127.0.0.1:{http.server_port}/v1", http.server_port)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
