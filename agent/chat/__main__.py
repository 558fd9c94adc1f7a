"""``python -m reson.agent.chat LAB [CONVERSATION]``: one question from the input, answered in pieces, one a line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

from reson.agent.chat.commands import HELP, answer
from reson.agent.chat.opening import open_record, open_session
from reson.agent.chat.session import Person
from reson.agent.lab import Lab, open_lab
from reson.agent.model.conversation import NoAnswer
from reson.agent.operations.conversations import NOT_LOOKED_UP, Piece
from reson.agent.operations.for_models import call_in_words
from reson.agent.operations.plainly import lines_of
from reson.agent.progress import sentences
from reson.errors import OperatorError, ToolError
from reson.records import Json
from reson.tools.store.measurements import FIGURE


def tell(kind: Literal["said", "did", "failed"], text: str, plots: tuple[str, ...] = ()) -> None:
    print(Piece(kind=kind, text=text, plots=plots).model_dump_json(), flush=True)


def _watch(kind: str, body: Json) -> None:
    for sentence in sentences(kind, body):
        tell("did", sentence)


def _ask(lab: Lab, question: str, conversation: str) -> None:
    at = open_record(lab)
    person = Person(
        hear=lambda piece: tell("said", piece),
        shown=lambda *call: tell("did", call_in_words(*call)),
        watch=_watch,
        ask=lambda row: None,
    )
    if conversation:
        if not open_session(lab, at, conversation).say(question, person):
            tell("said", f"\n{NOT_LOOKED_UP}\n")
        return
    found = answer(at, question, person)
    tell("said", "\n".join(HELP if found is HELP else lines_of(found)), _plots(found))


def _plots(found: Any) -> tuple[str, ...]:
    plot = found.get("plot") if isinstance(found, dict) else None
    return (Path(plot).name.removesuffix(FIGURE),) if plot else ()


def main(lab: str, conversation: str = "") -> None:
    try:
        _ask(open_lab(Path(lab)), sys.stdin.readline().strip(), conversation)
    except ToolError as error:
        tell("failed", error.message)
    except NoAnswer as error:
        tell("failed", f"no answer: {error}")
    except OperatorError as error:
        tell("failed", str(error))


main(*sys.argv[1:])
