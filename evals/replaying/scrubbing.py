"""Removes what is personal or secret from a recording: names, hosts, paths, addresses, keys.

A person becomes ``person-1`` wherever the name stands, so that who answered what can still be followed.
"""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from reson.agent.accounts import load_accounts, users_file
from reson.evals.replaying.recording import Recording
from reson.records import Json

SHORTEST_NAME = 2
_ROOTS = "home|root|Users|tmp|var|mnt|srv|opt|data|work|scratch|usr|etc"
"""Directories at the top under which people keep things."""
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL), "KEY"),
    (re.compile(r"\b(?:sk|pk|ghp|gho|glpat|hf|nvapi|xox[abp])[-_][A-Za-z0-9_-]{8,}"), "KEY"),
    (re.compile(r"(?i)\b(?:bearer|token|api[-_ ]?key|password|secret)\b[\s:=]+[\"']?[^\s\"',;]{6,}"), "KEY"),
    (re.compile(r"\bcrn:[^\s\"']+"), "INSTANCE"),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"), "ADDRESS"),
    (re.compile(r"\b(?:https?|tcp|postgresql(?:\+\w+)?)://[^\s\"'<>)]+"), "URL"),
    (re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"), "HOST"),
    (re.compile(rf"(?<![\w.])~?/(?:{_ROOTS})\b(?:/[^\s\"':,;)]*)*"), "PATH"),
    (re.compile(r"\b[A-Za-z]:\\\\[^\s\"']+"), "PATH"),
)
_SECRET_SETTINGS = {
    "base_url": "https://api.openai.com/v1",
    "key_env": "OPENAI_API_KEY",
    "key_file": "",
    "recording": "",
}
"""Keys of [model] that say where somebody's model is, and what stands there in a recording."""


def scrubbed(recording: Recording, lab: Path) -> Recording:
    """The recording without the names, hosts, paths, addresses and keys that it or this machine knows of."""
    document = recording.model_dump(mode="json", exclude={"data"})
    persons = {one["by"] for one in document["answers"]} | set(load_accounts(users_file(lab)))
    persons |= {getpass.getuser()}
    places = [str(lab), str(lab.resolve()), str(Path.home()), socket.gethostname(), socket.getfqdn()]
    clean = scrubber(persons, places)
    data = {name: one.model_copy(update={"why": clean(one.why)}) for name, one in recording.data.items()}
    return Recording.model_validate(_without_settings(_through(document, clean)) | {"data": data})


def scrubber(persons: Iterable[str], places: Iterable[str]) -> Callable[[str], str]:
    """A function that cleans one text. Whole words only: a person called "no" costs no other word its letters."""
    known = sorted({name for name in persons if len(name) >= SHORTEST_NAME} - {"root"})
    named = {name: f"person-{number}" for number, name in enumerate(known, start=1)}
    where = sorted({place for place in places if len(place) > SHORTEST_NAME}, key=len, reverse=True)

    def clean(text: str) -> str:
        for place in where:
            text = text.replace(place, "PLACE")
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        for name, instead in named.items():
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", instead, text, flags=re.IGNORECASE)
        return text

    return clean


def _through(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(name): _through(one, clean) for name, one in value.items()}
    if isinstance(value, list):
        return [_through(one, clean) for one in value]
    return value


def _without_settings(document: Json) -> Json:
    """The settings of a model's endpoint and of IBM's account, in the config and in the start line."""
    for config in (document["config"], *(event["config"] for event in document["events"] if event["id"] == "start")):
        config["model"] = config.get("model", {}) | _SECRET_SETTINGS
        config["database"] = ""
        config.pop("ibm", None)
    return document
