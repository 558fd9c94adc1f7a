"""Every page over a real record: what it must say, and what becomes of an answer."""

from __future__ import annotations

import json
import os
import re
import socket

import pytest

from reson.agent.expert import characterise
from reson.agent.expert.plans import BRING_UP, UPKEEP
from reson.agent.lab import open_lab
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.store.approvals import find_approval, list_approvals
from reson.tools.store.measurements import list_measurements, load_analysis
from reson.tools.store.schema import approvals
from reson.tools.store.store import open_store
from reson.tools.store.table import ParameterRow
from reson.trajectory import read_events
from reson.ui.chip_state import due_of, plan_of
from tests.ui.conftest import words


def inbox():
    from reson.ui import inbox

    inbox.page()


def chip():
    from reson.ui import chip

    chip.page()


def night():
    from reson.ui import night

    night.page()


def measurements():
    from reson.ui import measurements

    measurements.page()


def trajectories():
    from reson.ui import trajectories

    trajectories.page()


def settings():
    from reson.ui import settings

    settings.page()


def chat():
    from reson.ui import chat_page

    chat_page.page()


PAGES = (inbox, chip, chat, night, measurements, trajectories, settings)


def button(test, label):
    return next(one for one in test.button if one.label == label)


def pending(lab):
    return [row.id for row in list_approvals(open_store(lab), status="pending")]


def test_every_page_of_an_empty_place_says_what_to_do_and_makes_nothing(run_page, at_home, tmp_path):
    for page in PAGES:
        test = run_page(tmp_path / "none", page)
        assert not test.exception, (page, test.exception)
        assert "rs-empty" in words(test) and "night" in words(test).lower(), page
    assert not (tmp_path / "none").exists()


def test_every_page_draws_a_real_record(run_page, at_home, waiting_lab):
    for page in PAGES:
        test = run_page(waiting_lab, page)
        assert not test.exception, (page, test.exception)
        assert "rs-error" not in words(test), page


def test_a_request_shows_what_an_answer_rests_on(run_page, at_home, waiting_lab):
    test = run_page(waiting_lab, inbox)
    row = find_approval(open_store(waiting_lab), test.session_state["request"])
    assert row is not None
    said = words(test)
    checks = [check["message"] for check in row.evidence["checks"] if not check["passed"]]
    for part in (row.why, row.rule, "x_amplitude", "0.35", row.evidence["reading"]["status"], "If rejected", *checks):
        assert part in said, part


def test_approving_is_recorded_under_the_persons_name(run_page, at_home, own_lab):
    test = run_page(own_lab, inbox)
    name = test.session_state["request"]
    button(test, "Approve").click().run()
    row = find_approval(open_store(own_lab), name)
    assert row is not None and (row.status, row.answer) == ("approved", "approve")
    assert row.answered_by and not row.answered_by.startswith("policy")
    assert name in words(test) and pending(own_lab) == [test.session_state["request"]]


def test_an_edit_in_another_unit_or_out_of_bounds_is_refused_and_nothing_is_answered(run_page, at_home, own_lab):
    test = run_page(own_lab, inbox)
    name = test.session_state["request"]
    test.toggle[0].set_value(True).run()

    def send(text):
        next(one for one in test.text_input if one.label.startswith("x_amplitude")).set_value(text)
        button(test, "Approve these values").click().run()

    for text, why in (("0.3 GHz", "no unit"), ("1.7", "outside"), ("much", "no number")):
        send(text)
        assert why in words(test), text
        assert name in pending(own_lab)
    send("0.291")
    row = find_approval(open_store(own_lab), name)
    assert row is not None and row.answer == "edit" and row.edited_action is not None
    changed = {one["parameter"]: one["new"] for one in row.edited_action.arguments["changes"]}
    asked = {one["parameter"]: one["new"] for one in row.action.arguments["changes"]}
    assert changed == asked | {"x_amplitude": 0.291}, "what was left alone keeps its exact value"


def test_a_response_needs_words_and_a_rejection_keeps_its_note(run_page, at_home, own_lab):
    test = run_page(own_lab, inbox)
    first = test.session_state["request"]
    button(test, "Respond with the note").click().run()
    assert first in pending(own_lab) and "what the brain should know" in words(test)
    test.text_input[0].set_value("two <b>peaks</b> there")
    button(test, "Reject").click().run()
    row = find_approval(open_store(own_lab), first)
    assert row is not None and (row.status, row.note) == ("rejected", "two <b>peaks</b> there")
    assert "two &lt;b&gt;peaks" in words(test) and "<b>peaks" not in words(test)


def test_a_request_whose_table_moved_cannot_be_approved_and_says_what_moved(run_page, at_home, own_lab):
    from reson.agent.approvals import approve
    from reson.agent.operations.rolling_back import roll_back
    from reson.records import Change

    lab, store = open_lab(own_lab), open_store(own_lab)
    first, second = (find_approval(store, name) for name in pending(own_lab))
    assert first is not None and second is not None
    change = Change(component=first.component, parameter="drag_beta", old=0.0, new=1e-10, stderr=None, unit="s")
    roll_back(lab, store, [change], "ada", "by hand")
    test = run_page(own_lab, inbox)
    test.session_state["request"] = first.id
    test.run()
    assert "out of date" in words(test) and "drag_beta became 100 ps, by ada" in words(test)
    assert "Approve" not in [one.label for one in test.button]
    approve(store, second.id, "ada")


def test_damage_in_the_record_is_told_with_its_remedy(run_page, at_home, own_lab):
    store = open_store(own_lab)
    with store.engine.begin() as connection:
        connection.execute(approvals.update().where(approvals.c.status == "pending").values(effect="nonsense"))
    test = run_page(own_lab)
    assert not test.exception
    assert "is damaged" in words(test) and "restore lab.db" in words(test)


def test_an_opened_measurement_shows_its_fit_as_recorded(run_page, at_home, waiting_lab):
    from reson.wording import quantity

    store = open_store(waiting_lab)
    row = list_measurements(store, experiment="rabi", component="q1")[0]
    test = run_page(waiting_lab, measurements)
    test.text_input[0].set_value(row.id).run()
    for name, found in load_analysis(store, row).quantities.items():
        assert name in words(test) and quantity(found.value, found.stderr, found.unit) in words(test)


def test_the_chip_page_shows_every_value_in_force(run_page, at_home, waiting_lab):
    from reson.tools.store.table import current
    from reson.wording import quantity

    test = run_page(waiting_lab, chip)
    test.selectbox[0].select("q1").run()
    for name, row in current(open_store(waiting_lab), "simulated-3")["q1"].items():
        assert name in words(test) and quantity(row.value, row.stderr, row.unit) in words(test), name


def test_settings_show_no_secret(run_page, at_home, own_lab):
    toml = own_lab / "lab.toml"
    url = f"sqlite:///{own_lab}/lab.db"
    toml.write_text(toml.read_text().replace('database = ""', f'database = "{url}"'))
    assert url not in words(run_page(own_lab, settings))


def test_a_request_is_answered_in_the_conversation_too(run_page, at_home, own_lab):
    name = pending(own_lab)[0]
    test = run_page(own_lab, chat)
    button(test, "Approve").click().run()
    row = find_approval(open_store(own_lab), name)
    assert row is not None and (row.status, row.answer) == ("approved", "approve")


def test_several_are_approved_at_once_only_where_the_policy_says_so(run_page, at_home, own_lab):
    names = pending(own_lab)
    assert len(names) == 2
    assert not run_page(own_lab, inbox).multiselect
    policy = own_lab / "policy.toml"
    policy.write_text(policy.read_text().replace('decision = "ask"', 'decision = "ask"\ntogether = true', 1))
    test = run_page(own_lab, inbox)
    test.multiselect[0].set_value(names)
    button(test, "Approve the chosen ones").click().run()
    assert pending(own_lab) == []
    answered = [find_approval(open_store(own_lab), name) for name in names]
    assert [row.answer for row in answered if row is not None] == ["approve", "approve"]


def test_a_run_is_stopped_from_its_page_by_whoever_may(run_page, at_home, own_lab, monkeypatch):
    """The process that holds the lab is this one, which nobody should stop: what would is noted in its place."""
    held = {"pid": os.getpid(), "host": socket.gethostname(), "purpose": "reson night", "since": "2026-01-01"}
    (own_lab / "lab.holder.json").write_text(json.dumps(held))
    stopped = []
    monkeypatch.setattr("reson.agent.operations.runs.stop_holder", lambda lab: stopped.append(lab.directory))
    test = run_page(own_lab, night)
    button(test, "Stop at the next safe point").click().run()
    assert stopped == [own_lab]  # its part of the page is then drawn again, which only a browser does


def test_the_record_is_checked_on_demand(run_page, at_home, own_lab):
    test = run_page(own_lab, settings)
    button(test, "Check the record").click().run()
    assert "The record is as it was written." in words(test)
    next((own_lab / "blobs").glob("*.npz")).write_bytes(b"something else")
    test = run_page(own_lab, settings)
    button(test, "Check the record").click().run()
    assert "is damaged" in words(test)


def test_a_measurement_leads_to_its_step_in_the_trajectory(run_page, at_home, waiting_lab):
    row = list_measurements(open_store(waiting_lab), experiment="rabi", component="q1")[0]
    test = run_page(waiting_lab, measurements)
    test.text_input[0].set_value(row.id).run()
    step = re.search(r'href="/trajectories\?run=([^"&]+)&amp;step=(\d+)"', words(test))
    assert step
    test = run_page(waiting_lab, trajectories)
    test.query_params["run"], test.query_params["step"] = step[1], step[2]
    test.run()
    events = read_events(waiting_lab / "runs" / row.run_id / "trajectory.jsonl")
    assert test.session_state["trajectory-run"] == row.run_id
    assert events[test.session_state["step"]].recorded()["measurement"] == row.id


ADDRESSES = {
    chip: {"qubit": "q1"},
    measurements: {"experiment": "rabi", "qubit": "q0", "verdict": "accept", "name": "night"},
    trajectories: {"run": "night-0001", "qubit": "q1", "step": "2"},
}


@pytest.mark.parametrize("page", ADDRESSES)
def test_an_address_opens_what_it_names_and_stays(run_page, at_home, waiting_lab, page):
    test = run_page(waiting_lab, page)
    for name, value in ADDRESSES[page].items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    for _ in range(2):
        shown = [str(one.value) for one in (*test.selectbox, *test.text_input, *test.number_input)]
        for name, value in ADDRESSES[page].items():
            assert test.query_params[name] in (value, [value])
            assert value in shown, name
        test.run()


def test_a_link_to_a_request_opens_it_and_one_to_an_answered_says_by_whom(run_page, at_home, own_lab):
    from reson.agent.approvals import reject

    _, second = pending(own_lab)
    test = run_page(own_lab, inbox)
    test.query_params["request"] = second
    test.run()
    assert test.session_state["request"] == second
    reject(open_store(own_lab), second, "ada", "no")
    again = run_page(own_lab, inbox)
    again.query_params["request"] = second
    again.run()
    assert f"{second}: reject by ada" in words(again)


def test_every_page_says_which_lab_it_is_what_its_clocks_show_and_whether_something_runs(
    run_page, waiting_lab, at_home
):
    said = words(run_page(waiting_lab))
    bar = said[said.index("rs-bar-line") :]
    for part in (f"Lab {waiting_lab.name}", "simulated-3", "device clock 2026-01-0", "here ", "idle", "Inbox (2)"):
        assert part in bar, part
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "purpose": "reson night",
        "since": "2026-01-01T00:00:00Z",
    }
    file = waiting_lab / "lab.holder.json"
    file.write_text(json.dumps(holder))
    try:
        assert "▸ night" in words(run_page(waiting_lab))
    finally:
        file.unlink()


def _row(name: str, at: float) -> ParameterRow:
    return ParameterRow.model_construct(parameter=name, valid_from=at, measurement_id="m", value=1.0)


def test_only_what_a_night_of_this_lab_would_do_is_due():
    hour = 3600.0
    named = sorted({name for step in BRING_UP for name in CATALOGUE[step.experiment].calibrates})
    fresh = {name: _row(name, 0.0) for name in named}
    assert due_of(hour, fresh, plan_of("simulated", fresh)) == ()
    later = due_of(1000 * hour, fresh, plan_of("simulated", fresh))
    assert {one.experiment for one in later} == {step.experiment for step in UPKEEP}
    assert {one.experiment for one in due_of(0.0, {}, plan_of("plugin", {}))} == {step.experiment for step in BRING_UP}
    assert {one.experiment for one in due_of(0.0, {}, plan_of("ibm", {}))} <= {
        step.experiment for step in characterise.PLAN
    }


@pytest.mark.parametrize("order", ["smallest first", "largest first"])
def test_results_of_one_experiment_stand_in_their_order_and_between_two_values(
    run_page, waiting_lab, monkeypatch, order
):
    test = run_page(waiting_lab, measurements)
    test.selectbox(key="experiment").set_value("rabi").run()
    every = [
        row.quantities["x_amplitude"].value
        for row in list_measurements(open_store(waiting_lab), experiment="rabi")
        if row.quantities
    ]
    test.selectbox(key="order").set_value(order).run()
    shown = [
        float(one.split("(")[0].replace("\u202f", "").replace(" ", ""))
        for one in test.dataframe[0].value["Result"]
        if one
    ]
    assert shown == pytest.approx(sorted(every, reverse=order == "largest first"), abs=2e-3)
    test.text_input(key="from").set_value("5 GHz").run()
    assert "this parameter has no unit" in words(test)
    test.text_input(key="from").set_value("0.99").run()
    assert "Nothing matches" in words(test)
