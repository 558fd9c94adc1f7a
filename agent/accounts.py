"""Who may sign in to the console: a file of names, roles and hashed passwords, readable by its owner alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from enum import StrEnum
from pathlib import Path
from threading import BoundedSemaphore
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from reson.errors import OperatorError
from reson.records import Record
from reson.tools.store.faults import operator_errors
from reson.tools.store.whole import write_whole

COST = {"n": 2**15, "r": 8, "p": 3, "maxmem": 2**27}
"""Of scrypt, after OWASP's Password Storage Cheat Sheet: 32 MiB of memory for each attempt."""
_AT_ONCE = BoundedSemaphore(4)
SHORTEST = 10
DISTINCT = 5
_COMMON = (
    *("password", "passwort", "letmein", "admin", "welcome", "iloveyou", "trustno", "secret", "master", "dragon"),
    *("passwd", "changeme", "motdepasse", "kennwort", "contrase", "abc123", "zaq1"),
    *("monkey", "football", "baseball", "sunshine", "princess", "superman", "summer", "winter"),
    *("qubit", "quantum", "reson", "console", "laborator", "transmon", "cryostat"),
)
_WALKS = (
    *("1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm", "147258369", "159357"),
    *("a1b2c3d4e5f6g7", "1a2b3c4d5e6f7g", "q1w2e3r4t5y6u7"),
)
"""Along the keyboard, the alphabet and the numbers."""
WALK = 5
"""Steps along one of them, either way, that are too many."""
_ONE_WORD = re.compile(r"[^\W\d_]{1,11}\d{0,4}\W?")
"""A word, perhaps with a year and a mark."""
_NAME = re.compile(r"[a-z][a-z0-9._-]{0,31}")
_AT_A_PROVIDER = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}(@[a-z0-9][a-z0-9.-]{0,252})?")


_HEX = r"^([0-9a-f]{2})*$"


class Role(StrEnum):
    """Each role may do what the ones before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    """Answers requests, starts and stops runs."""
    ADMIN = "admin"
    """Also sees who may sign in."""


class Account(Record):
    """Either with a password, or without one and signed in by the provider of lab.toml."""

    role: Role
    salt: Annotated[str, Field(pattern=_HEX)] = ""
    hash: Annotated[str, Field(pattern=_HEX)] = ""
    by_provider: bool = False


_Accounts = TypeAdapter(dict[str, Account])
_NOBODY = Account(role=Role.VIEWER, salt="00" * 16, hash="00" * 32)


def may_operate(role: Role) -> bool:
    """Whether this role may approve and start or stop runs."""
    return role in (Role.OPERATOR, Role.ADMIN)


def users_file(lab: Path) -> Path:
    return lab / "users.json"


_LOOKS_LIKE = str.maketrans("@4031!$57", "aaoeiisst")
"""Signs that stand for letters in passwords."""


def load_accounts(path: Path) -> dict[str, Account]:
    """Name -> account; none without a file. Raises ``OperatorError`` where others may read it or it is damaged."""
    remedy = f"`chmod 600 {path}`, and give its users new passwords with `reson console add-user`"
    with operator_errors(str(path)):
        if not path.exists():
            return {}
        if path.stat().st_mode & 0o077:
            raise OperatorError(f"{path} may be read by others", remedy)
        data = path.read_bytes()
    try:
        return _Accounts.validate_json(data)
    except ValidationError as error:
        raise OperatorError(f"{path} is damaged: {error.errors()[0]['msg']}", "restore it, or move it aside") from error


def add_account(path: Path, name: str, role: Role, password: str) -> None:
    """Add a user, or give one another role and password. Raises ``OperatorError`` for a bad name or short password."""
    if not _NAME.fullmatch(name) or name == "policy":
        raise OperatorError(f"{name!r} is no user name", "up to 32 of a-z, 0-9, dot, dash; a letter first")
    if len(password) < SHORTEST:
        raise OperatorError(f"the password has fewer than {SHORTEST} characters", "choose a longer one")
    if weakness := _weakness(name, password):
        raise OperatorError(f"the password {weakness}", "choose another, like four words that have nothing in common")
    salt = secrets.token_hex(16)
    _save(path, load_accounts(path) | {name: Account(role=role, salt=salt, hash=_hash(password, salt))})


def add_provider_account(path: Path, name: str, role: Role) -> None:
    """Add somebody whom the provider signs in under this name. Raises ``OperatorError`` for a name that is none."""
    if not _AT_A_PROVIDER.fullmatch(name) or name == "policy":
        raise OperatorError(f"{name!r} is no name at a provider", "write it in small letters, like ada@example.org")
    _save(path, load_accounts(path) | {name: Account(role=role, by_provider=True)})


def remove_account(path: Path, name: str) -> None:
    """Take a user away, and with the account its sessions. Raises ``OperatorError`` for an unknown name or the last."""
    accounts = load_accounts(path)
    if name not in accounts:
        raise OperatorError(f"there is no user {name}", f"there are {', '.join(accounts) or 'none'}")
    if len(accounts) == 1:
        raise OperatorError(
            f"{name} is the last user: nobody could sign in",
            f"add another first, or delete {path} to do without sign-in",
        )
    _save(path, {other: account for other, account in accounts.items() if other != name})


def _weakness(name: str, password: str) -> str:
    """What makes a password easy to guess; empty where nothing is known of that."""
    try:
        password.encode()
    except UnicodeEncodeError:
        return "holds what is no character"
    plain = unicodedata.normalize("NFKC", password).casefold()
    bare = _bare(plain)
    read = _bare(plain.translate(_LOOKS_LIKE))
    forms = (plain, plain[::-1], bare, bare[::-1], read, read[::-1])
    if any(one in form for one in {name, _bare(name)} for form in forms):
        return "holds the name"
    if len(set(plain)) < DISTINCT:
        return f"has fewer than {DISTINCT} different characters"
    if any(word in form for word in _COMMON for form in forms) or _walks(bare) or _walks(bare[::-1]):
        return "is made of what everybody tries first"
    if bare.isdecimal() or _ONE_WORD.fullmatch(plain):
        return "is a number, or one word with a number"
    if bare in (bare + bare)[1:-1]:
        return "says the same again and again"
    return ""


def _bare(text: str) -> str:
    """Its letters and digits."""
    return "".join(one for one in text if one.isalnum())


def _walks(text: str) -> bool:
    steps = (text[start : start + WALK] for start in range(len(text) - WALK + 1))
    return any(step in walk for step in steps for walk in _WALKS)


def _save(path: Path, accounts: dict[str, Account]) -> None:
    text = json.dumps({key: account.to_json() for key, account in accounts.items()}, indent=1)
    with operator_errors(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text, private=True)


def check_password(path: Path, name: str, password: str) -> Role | None:
    """The role of this user, None where name or password is wrong; both take the same time."""
    account = load_accounts(path).get(name)
    found = account or _NOBODY
    right = hmac.compare_digest(_hash(password, found.salt), found.hash)
    return account.role if account is not None and right and not account.by_provider else None


def _hash(password: str, salt: str) -> str:
    """Takes a third of a second of a processor and 32 MiB; ``_AT_ONCE`` bounds how many of those, not who."""
    with _AT_ONCE:
        return hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), dklen=32, **COST).hex()
