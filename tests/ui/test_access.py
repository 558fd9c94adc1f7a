"""Nobody sees or does anything without being somebody."""

from __future__ import annotations

import stat

import pytest
from streamlit import config
from streamlit.runtime.context import ContextProxy, StreamlitHeaders

from reson.agent.accounts import Role, add_account, check_password, load_accounts, remove_account, users_file
from reson.errors import OperatorError
from reson.tools.store.approvals import list_approvals
from reson.tools.store.store import open_store
from reson.ui import access
from reson.ui.guessing import Guesses
from reson.ui.sessions import SESSIONS, Sessions
from tests.ui.conftest import words

SECRET = "correct horse"


@pytest.fixture(autouse=True)
def nobody_has_guessed(monkeypatch):
    monkeypatch.setattr(access, "GUESSES", Guesses())


def sign_in(test, name, password):
    test.text_input[0].set_value(name)
    test.text_input[1].set_value(password)
    return test.button[0].click().run()


def test_a_password_is_kept_hashed_and_only_its_owner_may_read_the_file(tmp_path):
    path = users_file(tmp_path)
    add_account(path, "ada", Role.OPERATOR, SECRET)
    add_account(path, "bob", Role.VIEWER, SECRET)
    accounts = load_accounts(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SECRET not in path.read_text()
    assert accounts["ada"].hash != accounts["bob"].hash, "each has a salt of its own"
    assert check_password(path, "ada", SECRET) is Role.OPERATOR
    assert check_password(path, "ada", SECRET + " ") is None
    assert check_password(path, "eve", SECRET) is None


def test_a_file_that_others_may_read_is_refused(tmp_path):
    add_account(users_file(tmp_path), "ada", Role.ADMIN, SECRET)
    users_file(tmp_path).chmod(0o644)
    with pytest.raises(OperatorError, match="read by others"):
        load_accounts(users_file(tmp_path))


@pytest.mark.parametrize("name", ["policy", "", "Ada", "../x", "policy: auto"])
def test_no_user_can_pass_for_the_policy_or_a_path(tmp_path, name):
    with pytest.raises(OperatorError, match="no user name"):
        add_account(users_file(tmp_path), name, Role.ADMIN, SECRET)


def test_any_other_address_asks_for_sign_in_before_it_shows_anything(run_page, own_lab):
    assert config.get_option("server.address") is None, "Streamlit's own default: every address"
    test = run_page(own_lab)
    assert not test.exception and "Sign in" in words(test) and "x_amplitude" not in words(test)


def test_signing_in_is_refused_and_given_and_a_viewer_cannot_answer(run_page, own_lab):
    add_account(users_file(own_lab), "vera", Role.VIEWER, SECRET)
    test = sign_in(run_page(own_lab), "vera", "a wrong one")
    assert "Name or password is wrong" in words(test) and "x_amplitude" not in words(test)
    test = sign_in(test, "vera", SECRET)
    assert "x_amplitude" in words(test) and "operators answer" in words(test)
    assert not {"Approve", "Reject"} & {one.label for one in test.button}


def test_a_lab_with_users_asks_on_this_machine_too(run_page, at_home, own_lab):
    assert "x_amplitude" in words(run_page(own_lab))
    add_account(users_file(own_lab), "ada", Role.OPERATOR, SECRET)
    assert "x_amplitude" not in words(run_page(own_lab))


def test_five_wrong_attempts_bring_a_pause_even_for_the_right_password(run_page, own_lab):
    """For the place that they came from, whatever names they tried; not for the name."""
    add_account(users_file(own_lab), "carl", Role.OPERATOR, SECRET)
    test = run_page(own_lab)
    for name in ("carl", "dora", "emma", "fred", "carl"):
        test = sign_in(test, name, "guess")
    assert "Too many wrong attempts" in words(sign_in(test, "carl", SECRET))


def test_what_a_browser_says_of_its_own_address_is_not_its_place(run_page, own_lab, monkeypatch):
    """Some proxies add a line of their own behind it in place of adding to it."""
    with (own_lab / "lab.toml").open("a") as settings:
        settings.write('\n[console]\nurl = "https://lab.example.org"\n')
    add_account(users_file(own_lab), "carl", Role.OPERATOR, SECRET)
    said = iter(f"198.51.100.{number}" for number in range(1000))
    lines = property(lambda _: StreamlitHeaders([("X-Forwarded-For", next(said)), ("X-Forwarded-For", "203.0.113.9")]))
    monkeypatch.setattr(ContextProxy, "headers", lines)
    test = run_page(own_lab)
    for _ in range(5):
        test = sign_in(test, "carl", "guess")
    assert "Too many wrong attempts" in words(sign_in(test, "carl", SECRET))


def test_others_who_guess_at_a_name_do_not_keep_its_person_out(run_page, own_lab, monkeypatch):
    add_account(users_file(own_lab), "carl", Role.OPERATOR, SECRET)
    for number in range(50):
        access.GUESSES.wait(f"203.0.113.{number}", known=False)
    monkeypatch.setattr(access.time, "sleep", lambda seconds: None)
    assert "x_amplitude" in words(sign_in(run_page(own_lab), "carl", SECRET))


@pytest.mark.parametrize("header", [None, *access.FORWARDED])
def test_a_proxy_that_was_not_configured_still_means_signing_in(at_home, waiting_lab, monkeypatch, header):
    """Else its visitors would all come from this machine."""
    monkeypatch.setenv("RESON_LAB", str(waiting_lab))
    said = {"Host": "127.0.0.1:8501"} | ({header: "203.0.113.9"} if header else {})
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: said))
    assert access.must_sign_in() is (header is not None)


def test_an_idle_session_lapses_and_its_answer_is_not_given(run_page, own_lab):
    add_account(users_file(own_lab), "dora", Role.OPERATOR, SECRET)
    test = sign_in(run_page(own_lab), "dora", SECRET)
    before = [row.status for row in list_approvals(open_store(own_lab))]
    session = SESSIONS.get(test.session_state["token"])
    assert session is not None
    session.seen -= 61 * 60
    next(one for one in test.button if one.label == "Approve").click().run()
    assert "Sign in" in words(test)
    assert [row.status for row in list_approvals(open_store(own_lab))] == before


def test_a_new_password_and_a_smaller_role_count_at_once(run_page, own_lab):
    add_account(users_file(own_lab), "emma", Role.OPERATOR, SECRET)
    test = sign_in(run_page(own_lab), "emma", SECRET)
    assert {"Approve", "Reject"} <= {one.label for one in test.button}
    add_account(users_file(own_lab), "emma", Role.OPERATOR, SECRET + "er")
    assert "Sign in" in words(test.run()) and "x_amplitude" not in words(test)


def test_a_ticket_is_good_for_once_and_signing_out_ends_the_session_everywhere():
    sessions = Sessions()
    token = sessions.begin("ada", "hash")
    session = sessions.get(token)
    assert session is not None and session.ticket is not None
    ticket = session.ticket
    assert sessions.redeem("guess") is None
    assert sessions.redeem(ticket) == token
    assert sessions.redeem(ticket) is None
    sessions.end(token)
    assert sessions.get(token) is None


WEAK = [
    "ada-ada-ada",
    "aaaaaaaaaaaa",
    "abababababab",
    "Password2026",
    "1234567890",
    "qwertyuiop",
    "superconducting-qubit",
    "P@ssw0rd2026",
    "1qaz2wsx3edc",
    "football1!",
    "reson-console",
    "laboratory",
    "nine letters \ud800",
    "p.a.s.s.w.o.r.d.1",
    "\uff50\uff41\uff53\uff53word2026",
    "drowssap-gnol",
    "4d4-lovelace-x",
    "zxcvbnm-and-on",
    "q1w2e3r4t5y6",
    "zyxwvutsrq",
    "147258369-77a",
    "31415926535",
    "november2026!",
    "tiger1tiger1",
]


@pytest.mark.parametrize("password", WEAK)
def test_a_password_that_everybody_would_guess_is_refused(tmp_path, password: str) -> None:
    with pytest.raises(OperatorError, match="password"):
        add_account(users_file(tmp_path), "ada", Role.OPERATOR, password)
    assert load_accounts(users_file(tmp_path)) == {}


def test_a_user_is_taken_away_but_never_the_last(tmp_path) -> None:
    path = users_file(tmp_path)
    for name in ("ada", "bob"):
        add_account(path, name, Role.OPERATOR, SECRET)
    remove_account(path, "ada")
    assert set(load_accounts(path)) == {"bob"}
    assert check_password(path, "ada", SECRET) is None
    assert path.stat().st_mode & 0o077 == 0
    for name, told in (("bob", "last"), ("carl", "no user")):
        with pytest.raises(OperatorError, match=told):
            remove_account(path, name)
