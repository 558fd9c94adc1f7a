"""Tells people of a night: when it has ended, when a person is needed, when something got worse.

A notice is sent by a process of its own with a deadline, and its failure is a line of the log: it never ends a night.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from reson.agent.notify_settings import NotifySettings, find_urls
from reson.agent.report import words
from reson.agent.report.gather import gather
from reson.agent.worse import MOST_LINES
from reson.errors import OperatorError
from reson.records import Ending, Json
from reson.tools.store.approvals import ApprovalStatus, get_approval
from reson.tools.store.runs import get_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from reson.agent.lab import Lab
    from reson.agent.report.content import Report
    from reson.tools.store.store import Store

TOLD_OF = "night"
"""The kind of run that is told of; whoever starts another one is there."""
BY_ITSELF = (Ending.FINISHED, Ending.STOPPED)
"""Endings after which nothing waits for a person."""

log = logging.getLogger("reson")


class Notice(NamedTuple):
    title: str
    body: str


class Sent(NamedTuple):
    name: str
    """Of the address, without anything of it: its service and its line in the file."""
    failed: str
    """Why it was not delivered; empty where it was."""


@contextmanager
def announced(lab: Lab, store: Store, run_id: str, watch: Callable[[str, Json], None]) -> Iterator[Callable[..., None]]:
    """While a run lasts: yields the watch that tells of requests as they arise; tells of the end, also after an
    exception.
    """
    if not lab.config.notify.urls_file or get_run(store, run_id).kind != TOLD_OF:
        yield watch
        return
    waits: set[str] = set()

    def watching(kind: str, body: Json) -> None:
        watch(kind, body)
        if kind == "approval" and body["status"] == "pending" and "person" in lab.config.notify.when:
            first = not any(get_approval(store, one).status is ApprovalStatus.PENDING for one in waits)
            waits.add(body["approval"])
            if first:
                notice = request_notice(lab, run_id, body["component"], body["approval"])
                Thread(target=_tell, args=(lab, notice), daemon=True).start()

    try:
        yield watching
    except Exception:
        _tell_the_end(lab, store, run_id)
        raise
    _tell_the_end(lab, store, run_id)


def _tell_the_end(lab: Lab, store: Store, run_id: str) -> None:
    try:
        notice = end_notice(lab, gather(lab, store, run_id))
    except OperatorError as error:
        log.warning("notify: nobody is told how %s ended: %s", run_id, error.what)
        return
    if notice is not None:
        _tell(lab, notice)


def _tell(lab: Lab, notice: Notice) -> None:
    """Send it to all, each delivery or failure a line of the log."""
    try:
        sent = send(lab.config.notify, find_urls(lab.config.notify, lab.directory), notice)
    except OperatorError as error:
        log.warning("notify: %s; %s", error.what, error.remedy)
        return
    for one in sent:
        if one.failed:
            log.warning("notify: %s was not told: %s", one.name, one.failed)
        else:
            log.info("notify: %s was told", one.name)


def send(settings: NotifySettings, urls: Mapping[int, str], notice: Notice) -> list[Sent]:
    """Deliver a notice to every address at once, each within its time; ``urls``: line of the file -> address."""

    def one(number: int, url: str) -> Sent:
        told = json.dumps({"url": url, **notice._asdict()})
        name = f"line {number}"
        try:
            done = subprocess.run(
                [sys.executable, "-m", "reson.agent.deliver"],
                input=told,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=settings.seconds,
            )
        except subprocess.TimeoutExpired:
            return Sent(name, f"it took longer than {settings.seconds:g} s")
        except OSError as error:
            return Sent(name, f"no process could be started: {error.strerror}")
        if done.returncode:
            return Sent(name, "the service raised an error")  # what it says may name the address
        try:
            answer = json.loads(done.stdout.splitlines()[-1])  # what a service's code prints comes before it
            return Sent(f"{answer['service']} ({name})" if answer["service"] else name, answer["failed"])
        except (IndexError, KeyError, TypeError, ValueError):
            return Sent(name, "what the service said cannot be read")

    with ThreadPoolExecutor(max(1, len(urls))) as pool:
        return list(pool.map(one, urls, urls.values()))


def end_notice(lab: Lab, report: Report) -> Notice | None:
    """How a run ended, what got worse in it and what waits; None where the settings want to hear of none of it."""
    ended = report.run.ending
    worse = [one for one in report.worse if one.since >= report.run.started_device]
    needed = bool(report.waiting) or ended not in BY_ITSELF
    wanted = {"end": True, "person": needed, "worse": bool(worse)}
    if not any(wanted[occasion] for occasion in lab.config.notify.when):
        return None
    lines = [f"{words.ENDINGS[ended]}. {words.reason(report)}".strip()]
    if worse:
        lines += ["", "What got worse:", *(f"- {one.component}: {one.what}. {one.why}" for one in worse[:MOST_LINES])]
        if len(worse) > MOST_LINES:
            lines.append(f"- and {', '.join(one.component for one in worse[MOST_LINES:])}, less")
    if report.waiting:
        lines += ["", f"{words.count(len(report.waiting), 'request')} for you:", *_asked(lab, report)]
    lines += ["", _where(lab, report.run.id)]
    return Notice(f"{report.run.device}, {report.run.id}: {words.title(report)}", "\n".join(lines))


def request_notice(lab: Lab, run_id: str, component: str, approval_id: str) -> Notice:
    """A person is needed while a run goes on."""
    body = f"{component} waits for an answer; the run goes on with the others.\n{_request(lab, approval_id)}"
    return Notice(f"{run_id}: {component} waits for you", body)


def trial_notice(lab: Lab) -> Notice:
    return Notice(
        "Reson can reach you", f"A test from the lab {lab.directory.name}: this is where its nights tell of themselves."
    )


def _asked(lab: Lab, report: Report) -> list[str]:
    return [f"- {words.asks(one)}: {_request(lab, one.approval_id)}" for one in report.waiting]


def _request(lab: Lab, approval_id: str) -> str:
    url = lab.config.console.url
    return f"{url}/?request={approval_id}" if url else f"reson approvals show {approval_id}"


def _where(lab: Lab, run_id: str) -> str:
    url = lab.config.console.url
    return f"{url}/night?run={run_id}" if url else f"The report: reson report {run_id}"
