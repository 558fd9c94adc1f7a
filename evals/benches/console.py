"""Times the console in a real browser, with a year of nights on 127 qubits and with an empty lab.

Seconds from the request of a page to its first content, and from a click to
the changed page, the median of several. Needs chromium and playwright, as the tests in the browser do.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reson.evals.benches.bench import Asked

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES = ("", "chip", "chip?qubit=q5", "night", "measurements", "trajectories", "settings")
REPEATS = 5
FIRST, NEXT = 1.5, 0.7
"""Goals in seconds: first content, and an interaction."""


def lines(asked: Asked) -> Iterator[str]:
    from playwright.sync_api import sync_playwright

    from reson.evals.year_of_nights import make_year

    browser_path = shutil.which("chromium")
    assert browser_path, "no chromium: `apt-get install chromium`"
    with asked.place() as place:
        year = asked.year or make_year(place / "year").directory
        labs = {"empty": place / "none", "a year, 127 qubits": year}
        with sync_playwright() as playwright:
            flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=browser_path, args=flags)
            for name, lab in labs.items():
                with served(lab) as url:
                    page = browser.new_page(viewport={"width": 1280, "height": 800})
                    for path in PAGES:
                        seconds = [first_content(page, f"{url}/{path}") for _ in range(REPEATS + 1)][1:]
                        yield _told(name, f"open {path or 'inbox'}", seconds, FIRST)
                    if lab == year:
                        for what, interact in INTERACTIONS.items():
                            yield _told(name, what, interact(page, url), NEXT)
            browser.close()


@contextmanager
def served(lab: Path) -> Iterator[str]:
    """The console of a lab; yields its URL once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "reson.agent.cli", "--lab", str(lab), "console", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def first_content(page: Page, url: str) -> float:
    """Seconds from the request to the page's own heading and first content, the page before having come to rest."""
    page.wait_for_timeout(1500)
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(".rs-title").first.wait_for(timeout=60_000)
    return time.perf_counter() - began


def settled(page: Page, act: Callable[[], None]) -> float:
    """Seconds from an action until Streamlit says that the page is as it asks."""
    page.wait_for_timeout(1500)
    began = time.perf_counter()
    act()
    page.locator('[data-testid="stApp"][data-test-script-state="running"]').wait_for(timeout=5000)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=30_000)
    return time.perf_counter() - began


def colour_the_chip(page: Page, url: str) -> list[float]:
    first_content(page, f"{url}/chip")
    names = ("T1", "Age", "Readout", "Error per gate", "State")
    return [settled(page, page.get_by_role("radio", name=name, exact=True).click) for name in names]


def filter_measurements(page: Page, url: str) -> list[float]:
    first_content(page, f"{url}/measurements")
    field = page.get_by_label("Name contains")

    def look_for(text: str) -> Callable[[], None]:
        def act() -> None:
            field.fill(text)
            field.press("Enter")

        return act

    return [settled(page, look_for(f"night-0{number}")) for number in (300, 200, 100, 120, 350)]


def turn_to_older(page: Page, url: str) -> list[float]:
    first_content(page, f"{url}/measurements")
    return [settled(page, page.get_by_role("button", name="Older").click) for _ in range(REPEATS)]


def step_through(page: Page, url: str) -> list[float]:
    first_content(page, f"{url}/trajectories")
    return [settled(page, page.get_by_role("button", name="Next").click) for _ in range(REPEATS)]


INTERACTIONS: dict[str, Callable[[Page, str], list[float]]] = {
    "colour the chip": colour_the_chip,
    "search measurements": filter_measurements,
    "older measurements": turn_to_older,
    "step through a trajectory": step_through,
}


def _told(lab: str, what: str, seconds: list[float], goal: float) -> str:
    middle = statistics.median(seconds)
    mark = "" if middle <= goal else f"  over the goal of {goal} s"
    return f"{lab:20} {what:28} {middle:6.2f} s  (worst {max(seconds):.2f}){mark}"
