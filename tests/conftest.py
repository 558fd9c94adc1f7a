from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.postgres import Server, programs


@pytest.fixture(scope="session", autouse=True)
def _a_state_of_their_own(tmp_path_factory: pytest.TempPathFactory):
    """What Reson keeps outside of labs goes to a place of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server that runs; skipped where it is not installed. A test that stops it starts it again."""
    pytest.importorskip("psycopg", reason="no driver for PostgreSQL here: make setup")
    where = programs()
    if where is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    # not pytest's own directory, which only its owner may enter, and which is too long for the name of a socket
    with TemporaryDirectory(prefix="reson-pg-") as directory:
        server = Server(Path(directory), where)
        server.start()
        yield server
        server.stop()
