"""Settings: what is configured and how healthy it is. Secrets are never shown, only whether they are there."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from reson.agent.accounts import Role, load_accounts, users_file
from reson.agent.budgets import grown
from reson.agent.operations.operation import Nothing
from reson.agent.operations.record import CHECK, Heads
from reson.agent.operations.requests import POLICY
from reson.agent.policy import describe
from reson.errors import OperatorError
from reson.provenance import provenance
from reson.ui import access, queries
from reson.ui.opened import Opened, directory, opened
from reson.ui.phrases import ago, command, empty, facts, heading, note, section, show, table, tag, told
from reson.wording import duration, moment


def page() -> None:
    place = opened()
    heading("Settings", str(directory().resolve()))
    if place is None:
        empty("There is no lab here.", "Start its first night on the page Night; it makes the lab.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        _device(place)
        _goals(place)
        _policy(place)
    with right:
        _health(place)
        _people()
        _versions()


def _device(place: Opened) -> None:
    device, lab = place.lab.config.device, place.lab.config
    section("Device and brain")
    pairs: list[tuple[str, object]] = [
        ("Device", place.device),
        ("Qubits", device.qubits),
        ("Clock", moment(place.now) if place.now else "never used"),
        ("Brain", lab.brain),
    ]
    if device.faults:
        pairs.append(("Faults put in", ", ".join(f"{name} {fault}" for name, fault in device.faults.items())))
    show(facts(pairs))
    _endpoint(place)


def _endpoint(place: Opened) -> None:
    """Which model is asked where, and whether its key is there; never the key."""
    model = place.lab.config.model
    if not model.choose:
        note("No model is configured: the offline brain needs no endpoint and no key.")
        return
    key = bool(os.environ.get(model.key_env)) or bool(model.key_file and Path(model.key_file).exists())
    pairs = [("Endpoint", model.base_url), ("Chooses", model.choose), ("Reads", model.reader)]
    show(facts([*pairs, ("Key", "present" if key else f"missing: set {model.key_env}")]))
    note(command("reson model check"), " asks it whether it answers.")


def _goals(place: Opened) -> None:
    goals, night = place.lab.config.goals, place.lab.config.night
    budget = grown(place.lab.config.budget, len(place.components))
    section("Goals and budget of a run")
    show(
        facts(
            [
                ("Error over coherence limit", f"at most {goals.error_over_coherence_limit:g}"),
                ("Assignment fidelity", f"at least {goals.assignment_fidelity:g}"),
                ("T1", f"at least {goals.t1 * 1e6:g} µs"),
                ("Device time", duration(budget.device_minutes * 60)),
                ("Measurements", f"{budget.experiments}"),
                ("Shots", f"{budget.shots / 1e6:g} M"),
                ("Wall time", duration(budget.wall_minutes * 60)),
                ("Night", f"from {night.begins}" + (f" until {night.until}" if night.until else "")),
            ]
        )
    )
    note(f"Written in {place.lab.directory / 'lab.toml'}.")


def _policy(place: Opened) -> None:
    section("Policy")
    try:
        lines = describe(POLICY(place, Nothing()))
    except OperatorError as error:
        told(error)
        return
    show(tag("ol", *(tag("li", line) for line in lines), kind="rs-list"))
    note(f"The first rule that matches decides. Written in {place.lab.directory / 'policy.toml'}.")


def _health(place: Opened) -> None:
    section("Record and memory")
    lab = place.lab.directory
    rows: list[tuple[str, str]] = [
        (name, f"{number:,}".replace(",", "\u202f")) for name, number in queries.counts(place.store).items()
    ]
    database = lab / "lab.db"
    if place.lab.config.database:
        rows.append(("database", "a server"))
    elif database.exists():
        rows.append(("lab.db", _size(database.stat().st_size)))
    rows += [(name, _folder(lab / name)) for name in ("memory",)]
    show(table(("Part", "Size"), rows, numbers=(1,)))
    note("Memory is an index over the record; ", command("reson memory rebuild"), " makes it again.")
    if st.button("Check the record", key="check-record", help="Reads every file; `reson check` does the same."):
        _check(place)


def _check(place: Opened) -> None:
    with st.spinner("Reading the whole record"):
        found, _ = CHECK(place, Heads())
    if not found:
        show(tag("p", "The record is as it was written.", kind="rs-say"))
    for problem in found:
        show(tag("div", problem, kind="rs-error"))


def _folder(path: Path) -> str:
    files = [file.stat() for file in path.rglob("*") if file.is_file()]
    if not files:
        return "empty; the first run fills it"
    return f"{_size(sum(file.st_size for file in files))}, written {ago(max(file.st_mtime for file in files))}"


def _size(number: int) -> str:
    return f"{number / 1e6:.1f} MB"


def _people() -> None:
    section("Access")
    who = access.person()
    if who is None:
        return
    accounts = load_accounts(users_file(directory()))
    show(
        facts(
            [
                ("You", who.name),
                ("Role", who.role.value),
                ("Sign-in", "needed" if access.must_sign_in() else "this machine only"),
            ]
        )
    )
    if accounts and who.role is Role.ADMIN:
        show(table(("User", "Role"), ((name, account.role.value) for name, account in accounts.items())))
        if guesses := access.GUESSES.lately():
            note(f"{guesses} wrong passwords in the last ten minutes, from browsers in which nobody has signed in.")
    if access.must_sign_in():
        st.button("Sign out", on_click=access.sign_out, key="sign-out")


def _versions() -> None:
    section("Versions")
    show(facts(provenance().items()))
