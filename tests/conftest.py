from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def _a_state_of_their_own(tmp_path_factory: pytest.TempPathFactory):
    """What Reson keeps outside of labs goes to a place of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
