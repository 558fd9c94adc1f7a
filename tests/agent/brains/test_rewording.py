"""A whole night with faults is decided as it was recorded, whatever the messages of its checks say."""

from __future__ import annotations

from contextlib import nullcontext

from reson.agent.brains.offline import OfflineBrain
from reson.agent.observation import Decision, Observation
from reson.evals.replaying.recording import RECORDINGS, load
from reson.evals.replaying.replay import replay
from tests.agent.brains.rewording import reworded


class Reworded(OfflineBrain):
    """Is told every reason in words that no rule can know."""

    def choose(self, observation: Observation) -> list[Decision]:
        return super().choose(observation.model_copy(update={"qubits": tuple(map(reworded, observation.qubits))}))


def test_a_recorded_night_is_decided_as_it_was_whatever_the_messages_say() -> None:
    recording = load(RECORDINGS / "three-faults.json.xz")
    found = replay(recording, live=False, other=lambda *_: nullcontext(Reworded()))
    assert found.asked > len(recording.measured)
    assert [str(one) for one in found.answers] == []
