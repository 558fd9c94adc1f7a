"""Makes the pictures of the console in docs/pictures from two real nights, with a browser."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reson.agent.holder import holder_of, start_process
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.agent.policy import DEFAULT_POLICY
from reson.evals.benches.console import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = Path(__file__).parent / "pictures"
DESK, PHONE = (1280, 800), (390, 844)
ASK = """\
[[rule]]
name = "a person looks at every new pulse amplitude"
decision = "ask"
parameter = "x_amplitude"
component = "q3"

"""
SEED = 7


def main() -> None:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "no chromium: `apt-get install chromium`"
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        lab = _two_nights(Path(place) / "lab")
        with served(lab.directory) as url:
            for scheme in ("light", "dark"):
                for name, size in (("desk", DESK), ("phone", PHONE)):
                    for page, ready in PAGES.items():
                        _take(
                            browser,
                            f"{url}/{page.replace('inbox', '')}",
                            f"{page}_{name}_{scheme}",
                            size,
                            scheme,
                            ready,
                        )
        running = Path(place) / "running"
        with served(running) as url:
            start_process(running, "night", "--seed", str(SEED))
            try:
                _take(browser, f"{url}/night", "running_desk_light", DESK, "light", _two_jobs_done)
                _take(browser, f"{url}/night", "running_phone_dark", PHONE, "dark", _two_jobs_done)
            finally:
                holder = holder_of(running)
                if holder is not None:
                    os.kill(holder.pid, signal.SIGKILL)
        browser.close()


def _two_nights(directory: Path) -> Lab:
    """A night that ended, the ZZ of every pair of neighbours, and a night in which a request waits; q2 has a weak drive
    line."""
    open_lab(directory, seed=SEED, qubits=5)
    (directory / "chip.toml").write_text(f'seed = {SEED}\nqubits = 5\ncoupling = "line"\n')
    settings = directory / "lab.toml"
    written = settings.read_text().replace('# q2 = "attenuator"', 'q2 = "attenuator"')
    settings.write_text(written.replace('# chip = "chip.toml"', 'chip = "chip.toml"'))
    lab = open_lab(directory)
    start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
    pairs = Plan(kind="run", experiment="zz_ramsey", qubits=(1, 2, 3, 4), writes=True)
    start(lab, pairs, lambda kind, body: None)
    (directory / "policy.toml").write_text(ASK + DEFAULT_POLICY)
    start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
    return lab


def _take(
    browser: Browser, url: str, name: str, size: tuple[int, int], scheme: str, ready: Callable[[Page], None]
) -> None:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.set_default_timeout(60_000)
    page.goto(url)
    page.locator(".rs-title").first.wait_for()
    ready(page)
    page.wait_for_timeout(1500)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(1500)  # charts are drawn after the page says that it is ready
    page.screenshot(path=PICTURES / f"console_{name}.png")
    page.close()
    print(f"console_{name}.png", flush=True)


def _open_a_qubit(page: Page) -> None:
    page.get_by_text("T1", exact=True).first.click()
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="q1").click()
    page.locator("h2", has_text="q1").wait_for()


def _two_jobs_done(page: Page) -> None:
    page.get_by_text("rabi: accept").first.wait_for(timeout=240_000)
    time.sleep(1)


def _as_it_is(page: Page) -> None:
    return


def _to_a_verdict(page: Page) -> None:
    page.get_by_label("Event,").fill("7")
    page.get_by_label("Event,").press("Enter")


def _ask_about_a_qubit(page: Page) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill("show q1")
    field.press("Enter")
    page.get_by_test_id("stChatMessage").filter(has_text="drive_frequency").wait_for()


PAGES: dict[str, Callable[[Page], None]] = {
    "inbox": _as_it_is,
    "chip": _open_a_qubit,
    "chat": _ask_about_a_qubit,
    "night": _as_it_is,
    "measurements": _as_it_is,
    "trajectories": _to_a_verdict,
    "settings": _as_it_is,
}

if __name__ == "__main__":
    main()
