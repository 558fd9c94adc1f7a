"""A real console in a process of its own, and a real browser to look at it with."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """Path of the browser; the tests that need it fail, rather than pass unseen, where there is none."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    assert found, "no browser to test the console with: install one, on Debian with `apt-get install chromium`"
    return found


@contextmanager
def console(lab: Path, *, address: str = "127.0.0.1", path: str = "") -> Iterator[str]:
    """The console of a lab; yields its URL. ``path``: that of ``url`` in lab.toml."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "reson.agent.cli", "--lab", str(lab), "console", "--port", str(port)]
    process = subprocess.Popen([*command, "--address", address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}{path}/_stcore/health", process)
        yield url
    finally:
        process.terminate()
        process.wait(240)


def end_run(lab: Path) -> None:
    """Stop at once what holds a lab, after a test that started it."""
    from reson.agent.holder import holder_of

    holder = holder_of(lab)
    if holder is not None:
        os.kill(holder.pid, signal.SIGKILL)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        assert process.poll() is None, "the console ended at once"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the console did not come up")
