"""The console as a person meets it: a browser, a served page, a night in a process of its own."""

from __future__ import annotations

import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from reson.agent.accounts import Role, add_account, users_file
from reson.agent.policy import DEFAULT_POLICY
from reson.tools.part_of_sweep import FEWEST
from reson.tools.store.approvals import find_approval, list_approvals
from reson.tools.store.measurements import FIGURE, list_measurements, load_analysis, load_raw
from reson.tools.store.store import open_store
from reson.tools.store.table import current
from tests.agent.brains.chat_server import Answer, able, serving
from tests.ui.browser import QUIET, chromium, console, end_run
from tests.ui.conftest import ASK

pytestmark = pytest.mark.browser

WAIT = 240_000
"""Milliseconds after which a page counts as hanging. Nothing is judged by how long it took: that is the bench's."""
expect.set_options(timeout=WAIT)
SECRET = "correct horse"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield running
        running.close()


def opened(browser: Browser, url: str, **context) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, **context)
    page.set_default_timeout(WAIT)
    page.goto(url)
    expect(page.locator(".rs-title").first).to_be_visible(timeout=WAIT)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def pending(lab) -> list[str]:
    return [row.id for row in list_approvals(open_store(lab), status="pending")]


def when(true, what: str):
    """What ``true()`` gives as soon as it gives something; `what` did not come about where it never does."""
    deadline = time.monotonic() + WAIT / 1000
    while not (found := true()):
        assert time.monotonic() < deadline, f"{what} did not come about"
        time.sleep(0.05)
    return found


def answered(lab, name: str):
    """The request, as soon as somebody has answered it."""

    def row():
        found = find_approval(open_store(lab), name)
        return found if found is not None and found.answer is not None else None

    return when(row, f"an answer to {name}")


def test_a_first_night_is_started_watched_answered_while_it_runs_and_stopped(browser, tmp_path):
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "policy.toml").write_text(ASK.replace("decision", 'component = "q0"\ndecision') + DEFAULT_POLICY)
    try:
        with console(lab) as url:
            page = opened(browser, f"{url}/night")
            expect(page.get_by_text("There is no lab here yet")).to_be_visible()
            page.get_by_label("Qubits").fill("5")  # so that it goes on while pages are drawn
            press(page, "Start the first night")
            expect(page.get_by_role("heading", name="night-0001")).to_be_visible(timeout=WAIT)
            busy = page.get_by_text(re.compile("Qubit spectroscopy on q0 q1|accept")).first
            expect(busy).to_be_visible(timeout=WAIT)
            request = _wait_for_request(lab)
            expect(page.get_by_role("link", name="Inbox (1)")).to_be_visible()
            page.get_by_role("link", name="Inbox (1)").click()
            expect(page.get_by_role("heading", name=re.compile("^q0: write"))).to_be_visible()
            press(page, "Approve")
            answered(lab, request)
            when(lambda: executed(lab, request), "the write that was approved")
            page.get_by_role("link", name="Night").click()
            press(page, "Stop at the next safe point")
            expect(page.get_by_text("Nothing runs now")).to_be_visible(timeout=WAIT)
            expect(page.get_by_role("button", name="Resume night-0001")).to_be_visible()
    finally:
        end_run(lab)


def _wait_for_request(lab) -> str:
    return when(lambda: pending(lab), "a request")[0]


def executed(lab, name: str) -> bool:
    row = find_approval(open_store(lab), name)
    return row is None or row.status == "executed"


def test_a_request_is_approved_another_edited_only_in_its_unit_and_rejected_with_a_note(browser, own_lab):
    first, second = pending(own_lab)
    with console(own_lab) as url:
        page = opened(browser, url)
        expect(page.get_by_role("heading", name=re.compile("^q0: write"))).to_be_visible()
        press(page, "Approve")
        assert answered(own_lab, first).answer == "approve"
        expect(page.get_by_role("heading", name=re.compile("^q1: write"))).to_be_visible()
        page.get_by_text("Edit the values first").click()
        page.get_by_label(re.compile("^x_amplitude")).fill("0.3 GHz")
        press(page, "Approve these values")
        expect(page.get_by_text("this parameter has no unit")).to_be_visible()
        assert pending(own_lab) == [second]
        page.get_by_label("Note").fill("two peaks in that plot")
        press(page, "Reject")
        row = answered(own_lab, second)
        assert (row.status, row.note) == ("rejected", "two peaks in that plot")
        expect(page.get_by_text("Nothing waits for you")).to_be_visible()


def test_a_qubit_is_opened_on_the_map_and_a_question_about_it_is_answered(browser, waiting_lab):
    with console(waiting_lab) as url:
        page = opened(browser, f"{url}/chip")
        page.locator("svg text").filter(has_text=re.compile("^q1$")).first.click(force=True)
        expect(page.get_by_role("heading", name=re.compile("^q1"))).to_be_visible()
        expect(page.get_by_role("cell", name="drive_frequency", exact=True)).to_be_visible()
        page.get_by_role("tab", name="Last measurements").click()
        expect(page.get_by_role("tabpanel").locator(".vega-embed:visible").first).to_be_visible()
        page.get_by_role("link", name="Chat").click()
        field = page.get_by_test_id("stChatInputTextArea")
        field.fill("show q1")
        field.press("Enter")
        answer = page.get_by_test_id("stChatMessage").filter(has_text="readout_threshold")
        expect(answer).to_be_visible(timeout=WAIT)


def test_a_link_opens_what_it_names_back_returns_and_a_reload_stays(browser, waiting_lab):
    store = open_store(waiting_lab)
    name = current(store, "simulated-3")["q1"]["drive_frequency"].measurement_id
    assert name is not None
    with console(waiting_lab) as url:
        page = opened(browser, f"{url}/chip?qubit=q1")
        expect(page.get_by_role("heading", name=re.compile("^q1"))).to_be_visible()
        page.get_by_role("link", name=name).first.click()
        opened_one = page.locator("strong", has_text="q1 · ")
        expect(opened_one).to_be_visible()
        expect(page).to_have_url(re.compile(rf"/measurements\?measurement={name}$"))
        page.reload()
        expect(opened_one).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name=re.compile("^q1"))).to_be_visible()
        page.get_by_role("link", name=re.compile("q1 x_amplitude")).click()
        expect(page.get_by_role("heading", name=re.compile("^q1: write"))).to_be_visible()
        expect(page.get_by_text("Page not found")).not_to_be_visible()
        press(page, "Next")
        expect(page.get_by_role("heading", name=re.compile("^q0: write"))).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name=re.compile("^q1: write"))).to_be_visible()


class _Trap(BaseHTTPRequestHandler):
    """A page of another port of this machine, which tries to show, read and use the console."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        console = f"127.0.0.1:{parse_qs(urlsplit(self.path).query)['port'][0]}"
        self.wfile.write(
            f"""<iframe src="http://{console}/" onload="done.framed = 1"></iframe><script>
            const done = {{}}, socket = new WebSocket("ws://{console}/_stcore/stream", ["streamlit"]);
            socket.onopen = () => done.stream = "open"; socket.onclose = () => done.stream ??= "refused";
            fetch("http://{console}/_stcore/health").then(() => done.read = "yes", () => done.read = "refused");
            </script>""".encode()
        )

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_page_of_another_local_port_neither_shows_nor_reads_nor_uses_the_console(browser, own_lab):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with console(own_lab) as url:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/?port={urlsplit(url).port}")
            page.wait_for_function("done.stream && done.read", timeout=WAIT)
            assert page.evaluate("[done.stream, done.read]") == ["refused", "refused"]
            assert page.frames[1].url.startswith("chrome-error:")
    finally:
        server.shutdown()
        server.server_close()


def test_no_page_needs_what_the_door_forbids(browser, own_lab):
    """Every page, with plots and a report, without one violation of the Content Security Policy."""
    violations: list[str] = []
    with console(own_lab) as url:
        page = opened(browser, url)
        page.on("console", lambda said: violations.append(said.text) if "Content Security" in said.text else None)
        for name in ("inbox", "chip?qubit=q1", "chat", "night", "measurements", "trajectories", "settings"):
            page.goto(f"{url}/{name}")
            expect(page.locator(".rs-title").first).to_be_visible(timeout=WAIT)
            expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
            page.wait_for_timeout(500)
    assert violations == []


def test_sign_in_is_refused_and_given(browser, own_lab):
    add_account(users_file(own_lab), "ada", Role.OPERATOR, SECRET)
    with console(own_lab, address="0.0.0.0") as url:
        page = opened(browser, f"{url}/chip")
        assert "x_amplitude" not in page.content()
        for password, then in (("wrong password", "Name or password is wrong"), (SECRET, "qubits calibrated")):
            page.get_by_label("Name").fill("ada")
            page.get_by_label("Password", exact=True).fill(password)
            press(page, "Sign in")
            expect(page.get_by_text(then).first).to_be_visible()
        expect(page.get_by_text("Page not found")).not_to_be_visible()
        page.get_by_role("link", name=re.compile("^Inbox")).click()
        expect(page.get_by_role("heading", name=re.compile("^q0: write"))).to_be_visible()
        name = pending(own_lab)[0]
        press(page, "Approve")
        assert answered(own_lab, name).answered_by == "ada"


def test_a_reload_and_another_tab_stay_signed_in_until_signing_out_ends_both(browser, own_lab):
    add_account(users_file(own_lab), "ada", Role.OPERATOR, SECRET)
    with console(own_lab) as url:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(url)
        with page.expect_response(re.compile("/session$")) as kept:
            page.get_by_label("Name").fill("ada")
            page.get_by_label("Password", exact=True).fill(SECRET)
            press(page, "Sign in")
        assert kept.value.status == 204
        cookie = next(one for one in context.cookies() if one["name"].startswith("reson-session"))
        assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["expires"] == -1
        page.reload()
        expect(page.get_by_role("heading", name=re.compile("^q0: write"))).to_be_visible(timeout=WAIT)
        other = context.new_page()
        other.goto(f"{url}/settings")
        expect(other.get_by_text("operator", exact=True)).to_be_visible(timeout=WAIT)
        press(other, "Sign out")
        expect(other.get_by_label("Password", exact=True)).to_be_visible()
        page.reload()
        expect(page.get_by_label("Password", exact=True)).to_be_visible(timeout=WAIT)
        ticket = context.request.post(f"{url}/session", data="guess", headers={"Origin": url})
        assert ticket.status == 403
        stranger = context.request.post(f"{url}/session", data="guess", headers={"Origin": "http://other.example"})
        assert stranger.status == 403


def test_two_operators_answer_at_once_and_the_other_is_told(browser, own_lab):
    for name in ("ada", "bob"):
        add_account(users_file(own_lab), name, Role.OPERATOR, SECRET)
    with console(own_lab) as url:
        pages = []
        for name in ("ada", "bob"):
            page = opened(browser, url)
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password", exact=True).fill(SECRET)
            press(page, "Sign in")
            expect(page.get_by_role("heading", name=re.compile("^q0: write"))).to_be_visible()
            pages.append(page)
        request = pending(own_lab)[0]
        for page, button in zip(pages, ("Approve", "Reject"), strict=True):
            page.get_by_role("button", name=re.compile(f"^{button}")).first.evaluate("button => button.click()")
        row = answered(own_lab, request)
        for page in pages:
            expect(page.get_by_text(f"{request}: {row.answer} by {row.answered_by}").first).to_be_visible()


def test_a_model_answers_word_by_word_with_its_calls_a_plot_and_an_approval(browser, own_lab, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-secret")
    measured = next(row.id for row in list_measurements(open_store(own_lab), experiment="rabi", component="q0"))
    script = [
        Answer(text="Let me look.", calls=(("look_at_plot", {"measurement_id": measured}),)),
        Answer(text="It is a clean oscillation of q0 and I would approve what waits.", pause=0.5),
    ]
    with serving(lambda body: able(body) or script.pop(0)) as server:
        settings = own_lab / "lab.toml"
        text = settings.read_text().replace('brain = "offline"', 'brain = "cascade"')
        text = text.replace('choose = ""', 'choose = "planner"')
        settings.write_text(re.sub(r'base_url = "[^"]*"', f'base_url = "{server.url}"', text))
        with console(own_lab) as url:
            page = opened(browser, f"{url}/chat")
            field = page.get_by_test_id("stChatInputTextArea")
            field.fill("how was the Rabi oscillation of q0?")
            field.press("Enter")
            answer = page.get_by_test_id("stChatMessage").filter(has_text="It is a clean")
            expect(answer).to_be_visible(timeout=WAIT)
            assert "approve what waits" not in answer.inner_text(), "words appear before the answer is whole"
            expect(page.get_by_text(f"look_at_plot(measurement_id={measured})").first).to_be_visible()
            expect(page.get_by_text("approve what waits")).to_be_visible()
            expect(page.get_by_test_id("stImage").locator("img").first).to_be_visible()
            folded = page.get_by_test_id("stExpander").filter(has_text="What it was told")
            expect(folded.get_by_text("x_amplitude").first).not_to_be_visible()
            folded.get_by_text("What it was told").click()
            expect(folded.get_by_text("x_amplitude").first).to_be_visible()
            request = pending(own_lab)[0]
            page.get_by_text("Waits: q0: write").click()
            press(page, "Approve")
            assert answered(own_lab, request).answer == "approve"
            expect(page.get_by_text(f"{request}: approve by")).to_be_visible()
            expect(page.get_by_text("approve what waits")).to_be_visible()


def test_a_measurement_is_taken_away_and_fitted_anew_over_a_part_of_its_sweep(browser, waiting_lab):
    store = open_store(waiting_lab)
    row = next(row for row in list_measurements(store, experiment="rabi", component="q0"))
    recorded = load_analysis(store, row)
    with console(waiting_lab) as url:
        page = opened(browser, f"{url}/measurements")
        expect(page.get_by_role("button", name="Points (CSV)")).to_be_visible()
        page.get_by_label("Name contains").fill(row.id)
        page.get_by_label("Name contains").press("Enter")
        expect(page.locator("strong", has_text="q0 · Rabi")).to_be_visible()
        table = np.genfromtxt(
            _taken(page, "Points (CSV)", f"{row.id}.csv"), delimiter=",", names=True, dtype=None, encoding="utf-8"
        )
        assert np.allclose(table["y"], recorded.series[0].y) and np.allclose(table["x"], recorded.series[0].x)
        with np.load(_taken(page, "Raw data (NumPy)", f"{row.id}.npz")) as archive:
            assert any(np.array_equal(archive[name], load_raw(store, row).arrays["iq_mean"]) for name in archive.files)
        assert row.figure_sha is not None
        assert _taken(page, "Figure (PNG)", f"{row.id}.png").read_bytes() == store.blobs.get(row.figure_sha, FIGURE)
        page.get_by_text("Fit a part of the sweep").click()
        number = len(load_raw(store, row).circuits)
        expect(page.get_by_text(f"{number} of {number}")).to_be_visible()
        handle = page.get_by_role("slider").last
        handle.focus()
        handle.press("PageDown")
        kept = page.get_by_text(re.compile(rf"^\d+ of {number}$"))
        expect(kept).not_to_have_text(f"{number} of {number}", timeout=WAIT)
        assert FEWEST <= int(kept.inner_text().split()[0]) < number
        expect(page.get_by_role("columnheader", name="Anew")).to_be_visible()


def _taken(page: Page, label: str, name: str) -> Path:
    """The file of that name: a page that is still being drawn shows the button of what was open before."""

    def downloaded() -> Path | None:
        with page.expect_download() as download:
            press(page, re.escape(label))
        return download.value.path() if download.value.suggested_filename == name else None

    return when(downloaded, name)
