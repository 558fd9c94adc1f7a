"""A console of its own process, under a path behind a proxy, where people sign in at an OpenID Connect provider."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from reson.agent.accounts import Role, add_account, add_provider_account, check_password, users_file
from reson.errors import OperatorError
from reson.ui.provider import name_of
from tests.ui.browser import console
from tests.ui.identity_provider import CLIENT, SECRET, Provider, providing
from tests.ui.through_a_proxy import Visitor

URL = "https://lab.example.org/reson"
ADA = {"email": "Ada@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def served(waiting_lab: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    lab = Path(shutil.copytree(waiting_lab, tmp_path_factory.mktemp("proxy") / "lab"))
    (lab / "secret").write_text(SECRET)
    with (lab / "lab.toml").open("a") as settings:
        settings.write(
            f'\n[console]\nurl = "{URL}"\n[console.provider]\ndiscovery = "{provider.discovery}"\n'
            f'client_id = "{CLIENT}"\nsecret_file = "{lab / "secret"}"\n'
        )
    add_provider_account(users_file(lab), "ada@example.org", Role.OPERATOR)
    add_account(users_file(lab), "carl", Role.OPERATOR, "correct horse")
    with console(lab, path="/reson") as url:
        yield url


@pytest.fixture
def visitor(served: str) -> Visitor:
    return Visitor(URL, served)


def sign_in(visitor: Visitor) -> None:
    """From the sign-in page to the provider, and back with its code."""
    page = visitor.press("Sign in with 127.0.0.1")
    at_the_provider = visitor.get(page.leads_to)
    back = visitor.get(at_the_provider.headers["location"])
    visitor.get(back.headers["location"])


def test_behind_a_proxy_nobody_is_somebody_by_being_on_this_machine(visitor: Visitor) -> None:
    page = visitor.page()
    assert "Sign in" in page.words and "x_amplitude" not in page.words
    assert page.fields == 2, "those with a password may use it"


def test_pages_and_files_are_under_the_path_and_nowhere_else(visitor: Visitor) -> None:
    page = visitor.get(f"{URL}/")
    assert page.status_code == 200 and "frame-ancestors 'none'" in page.headers["content-security-policy"]
    script = re.findall(r'src="\./(static/js/[^"]+)"', page.text)[0]
    assert visitor.get(f"{URL}/{script}").status_code == 200
    assert "fetch(" in visitor.get(f"{URL}/keep_session.js").text
    assert visitor.get("https://lab.example.org/_stcore/health").status_code == 404


@pytest.mark.parametrize("origin", ["http://127.0.0.1:3000", "https://evil.example.org", "https://lab.example.org:444"])
def test_the_stream_is_for_the_page_of_the_url_alone(visitor: Visitor, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        visitor.page(origin)
    assert visitor.post("/reson/session", "guess", origin).status_code == 403


def test_who_has_an_account_is_signed_in_by_the_provider_and_signs_out(visitor: Visitor, provider: Provider) -> None:
    provider.person = ADA
    sign_in(visitor)
    assert provider.asked_back_to[-1] == f"{URL}/oauth2callback"
    page = visitor.page()
    assert "x_amplitude" in page.words and {"Approve", "Reject"} <= set(page.buttons)
    ticket = re.findall(r'data-reson-ticket="([^"]+)"', page.words)[0]
    answer = visitor.post("/reson/session", ticket, "https://lab.example.org")
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 204
    assert all(word in cookie for word in ("HttpOnly", "Secure", "Path=/reson", "SameSite=strict"))
    visitor.get(visitor.press("Sign out", "settings").leads_to)
    assert "_streamlit_user" not in visitor.cookies
    assert "Sign in" in visitor.page().words and "x_amplitude" not in visitor.page().words


def test_who_has_none_is_told_and_shown_nothing(visitor: Visitor, provider: Provider) -> None:
    provider.person = {"email": "eve@example.org", "email_verified": True}
    sign_in(visitor)
    page = visitor.page()
    assert "eve@example.org has no account here" in page.words and "x_amplitude" not in page.words


@pytest.mark.parametrize(
    "person",
    [{**ADA, "email_verified": False}, {"email": "ada@example.org"}, {"name": "ada@example.org"}, {"email": "carl"}],
)
def test_an_address_that_was_not_verified_opens_nothing(visitor: Visitor, provider: Provider, person) -> None:
    provider.person = person
    sign_in(visitor)
    assert "x_amplitude" not in visitor.page().words


def test_a_code_of_another_browser_opens_nothing(visitor: Visitor, provider: Provider, served: str) -> None:
    """Login CSRF: Mallory's own code is pressed upon somebody else."""
    provider.person = ADA
    page = visitor.press("Sign in with 127.0.0.1")
    at_the_provider = visitor.get(page.leads_to)
    other = Visitor(URL, served)
    other.get(at_the_provider.headers["location"])
    assert "x_amplitude" not in other.page().words


def test_a_sign_in_of_long_ago_begins_no_session(visitor: Visitor, provider: Provider) -> None:
    provider.person = {**ADA, "iat": 1_700_000_000}
    sign_in(visitor)
    assert "x_amplitude" not in visitor.page().words


def test_names_are_compared_in_ascii_alone() -> None:
    from reson.agent.console_settings import ProviderSettings

    settings = ProviderSettings()
    assert name_of({"email": "ADA@example.org", "email_verified": True}, settings) == "ada@example.org"
    for email in ("\u212aarl@example.org", "аda@example.org", "", None, ["ada@example.org"]):
        assert not name_of({"email": email, "email_verified": True}, settings)


def test_an_account_at_the_provider_has_no_password_and_one_with_a_password_is_not_the_providers(
    tmp_path: Path,
) -> None:
    add_provider_account(users_file(tmp_path), "ada@example.org", Role.OPERATOR)
    for password in ("", "correct horse"):
        assert check_password(users_file(tmp_path), "ada@example.org", password) is None
    for name in ("policy", "Ada@example.org", "ada example", "", "аda@example.org", "../x"):
        with pytest.raises(OperatorError, match="no name at a provider"):
            add_provider_account(users_file(tmp_path), name, Role.OPERATOR)
