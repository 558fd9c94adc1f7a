"""Only SQLite opens a database's file: whoever else opens and closes it gives up the locks of all connections of the
process, and another process may then delete a log that is still written to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_COMMANDS = [
    ["run", "qubit_spectroscopy", "--qubits", "0", "--commit", "--json"],
    ["params", "show"],
    ["check"],
    ["report"],
    ["memory", "rebuild"],
    ["approvals", "list"],
    ["ask", "progress"],
]
_LISTENING = f"""
import sys
from pathlib import Path
from reson.agent.cli import app, lab_first
from reson.agent.cli.errors import exit_code_of
opened = set()
def listen(event, found):
    if event == "open" and str(found[0]).endswith((".db", ".sqlite3", "-wal", "-shm")):
        opened.add(str(found[0]))
sys.addaudithook(listen)
codes = [exit_code_of(app, lab_first([*words, "--lab", sys.argv[1]])) for words in {_COMMANDS!r}]
print("opened:", sorted(opened), "codes:", codes, file=sys.stderr)
"""


def test_no_command_opens_the_file_of_a_database_by_itself(lab: Path) -> None:
    said = subprocess.run([sys.executable, "-c", _LISTENING, str(lab)], capture_output=True, text=True, check=False)
    assert f"opened: [] codes: {[0] * len(_COMMANDS)}" in said.stderr, said.stderr[-2000:]
