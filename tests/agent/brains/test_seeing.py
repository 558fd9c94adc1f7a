"""Reading plots through a real HTTP server, and finding out what an endpoint can do."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from reson.agent.asking.read_by_model import read_by_model
from reson.agent.brains.cascade import CascadeBrain
from reson.agent.brains.model import ModelBrain
from reson.agent.campaign.measuring import with_doubt
from reson.agent.config import CascadeSettings
from reson.agent.model.capabilities import EVERYTHING, Capabilities
from reson.agent.model.conversation import NoAnswer
from reson.agent.model.pictures import picture_tokens, text_tokens
from reson.components import Qubit
from reson.prompts.gallery import references
from reson.records import FitReliability, Judgement, Outcome, Quantity, Reading, Seen, Status, Verdict
from reson.tools.data import Analysis, Axis, Series
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.figures.style import png
from tests.agent.brains.chat_server import Answer, pictures_of, text_of


def analysis(experiment: str = "rabi") -> Analysis:
    x = np.linspace(0, 1, 51)
    part = Series(name="s", x=tuple(x), y=tuple(np.cos(9 * x)), y_err=(0.02,) * 51)
    return Analysis(
        experiment=experiment,
        component=Qubit(3),
        series=(part,),
        x_axis=Axis(label="Drive amplitude", unit=""),
        y_axis=Axis(label="signal", unit=""),
        quantities={"x_amplitude": Quantity(value=0.123456789, stderr=0.001, unit="")},
        reduced_chi2=1.2345,
    )


@pytest.fixture
def figure(tmp_path):
    path = tmp_path / "figure.png"
    path.write_bytes(png(get("rabi").draw(analysis())))
    return path


SEEN = {
    "reason": "a clear period",
    "status": "SUCCESS",
    "outcome": "expected",
    "reliability": "reliable",
    "confidence": 0.93,
    "suggested_range": None,
}


def test_a_reading_comes_from_the_picture_alone(serve, desk_for, figure):
    server = serve(lambda body: Answer(text=json.dumps(SEEN)))
    reading = read_by_model(desk_for(server), EVERYTHING, figure, analysis())
    assert reading == Reading(
        outcome=Outcome.EXPECTED,
        reliability=FitReliability.RELIABLE,
        status=Status.SUCCESS,
        confidence=0.93,
        reason="a clear period",
        reader="eyes: from the picture",
        seen=Seen.PICTURE,
    )
    [body] = server.requests
    assert "123456" not in json.dumps(body["messages"][0]) and "0.1234" not in text_of(body)
    assert "1.2345" not in text_of(body)
    assert body["model"] == "eyes"
    assert body["response_format"]["json_schema"]["schema"]["properties"]["status"]["enum"][0] == "SUCCESS"
    assert len(pictures_of(body)) == 5
    sent = Image.open(io.BytesIO(base64.b64decode(pictures_of(body)[-1].partition(",")[2])))
    assert sent.size == (640, 480)


@pytest.mark.parametrize("experiment", CATALOGUE)
def test_a_reading_with_four_reference_plots_is_short(experiment, serve, desk_for):
    """For every experiment, at the default size of the pictures, by the documented formula."""
    server = serve(lambda body: Answer(status=400))
    with pytest.raises(NoAnswer):
        read_by_model(desk_for(server), EVERYTHING, references(experiment, 1)[0].path, analysis(experiment))
    [body] = server.requests
    assert len(pictures_of(body)) == len(references(experiment, 4)) + 1
    sizes = [Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).size for url in pictures_of(body)]
    text = text_of(body) + json.dumps(body["response_format"])
    assert text_tokens(text) + sum(picture_tokens(*size) for size in sizes) < 6000


def test_the_picture_is_downscaled_and_examples_can_be_left_out(serve, desk_for, figure):
    server = serve(lambda body: Answer(text=json.dumps(SEEN)))
    read_by_model(desk_for(server, picture_width=320, references=0), EVERYTHING, figure, analysis())
    [picture] = pictures_of(server.requests[0])
    assert Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))).size == (320, 240)


def test_an_endpoint_that_takes_one_picture_gets_one_and_no_schema_it_does_not_know(serve, desk_for, figure):
    server = serve(lambda body: Answer(text=f"Here you are:\n{json.dumps(SEEN)}\nanything else?"))
    less = Capabilities(tools=True, parallel_tools=True, json_schema=False, images=1)
    assert read_by_model(desk_for(server), less, figure, analysis()).status is Status.SUCCESS
    assert len(pictures_of(server.requests[0])) == 1
    assert "response_format" not in server.requests[0]


def test_the_suspected_failure_is_among_the_examples(serve, desk_for, figure):
    server = serve(lambda body: Answer(text=json.dumps(SEEN)))
    read_by_model(desk_for(server, references=2), EVERYTHING, figure, analysis(), suspected="UNDERSAMPLED")
    text = text_of(server.requests[0])
    assert text.count("Reference, status") == 2
    assert "Reference, status UNDERSAMPLED" in text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": "BEATING"}, "not among those"),
        ({"status": "GREAT"}, "not among those"),
        ({"confidence": 7}, "not allowed"),
        ({"outcome": "superb"}, "not allowed"),
        ({"status": "NO_SIGNAL", "outcome": "apparatus"}, "go together"),
        ({"outcome": "suboptimal"}, "go together"),
        ({"confidence": None}, "not allowed"),
    ],
)
def test_a_reading_outside_the_vocabulary_is_sent_back(serve, desk_for, figure, change, sentence):
    answers = iter([Answer(text=json.dumps(SEEN | change)), Answer(text=json.dumps(SEEN))])
    server = serve(lambda body: next(answers))
    assert read_by_model(desk_for(server), EVERYTHING, figure, analysis()).status is Status.SUCCESS
    assert sentence in text_of(server.requests[1])


def test_a_good_fit_of_a_moderate_error_is_reliable(serve, desk_for, figure):
    seen = SEEN | {"status": "MODERATE_ERROR", "outcome": "suboptimal", "reliability": "reliable"}
    server = serve(lambda body: Answer(text=json.dumps(seen)))
    one = analysis().model_copy(update={"experiment": "fine_x_amplitude"})
    assert read_by_model(desk_for(server), EVERYTHING, figure, one).reliability is FitReliability.RELIABLE
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("said", "taken"),
    [({"shots": 4000, "span": 2e7}, {"shots": 4000.0, "span": 2e7}), (["shots"], {}), ({"shots": "many"}, {})],
)
def test_a_reader_may_suggest_any_argument_and_nonsense_is_none(serve, desk_for, figure, said, taken):
    server = serve(lambda body: Answer(text=json.dumps(SEEN | {"suggested": said})))
    assert read_by_model(desk_for(server), EVERYTHING, figure, analysis()).suggested == taken
    assert "shots (" in text_of(server.requests[0])


def reader_of(desk) -> ModelBrain:
    return ModelBrain(desk, lambda: EVERYTHING, "openai", 0.75)


def test_an_unreadable_answer_leaves_the_reading_to_the_offline_reader(serve, desk_for, figure, events):
    brain = reader_of(desk_for(serve(lambda body: Answer(text="it looks lovely"))))
    reading = brain.read(figure, analysis(), Verdict.ACCEPT)
    assert reading.reader.startswith("offline")
    assert events.of("fallback")[0]["components"] == ["q3"]
    assert brain.sure_of(reading)
    assert not brain.sure_of(reading.model_copy(update={"seen": Seen.PICTURE, "confidence": 0.4}))


def test_the_documented_examples_of_the_picture_formula():
    assert picture_tokens(1024, 1024) == 765
    assert picture_tokens(2048, 4096) == 1105
    assert picture_tokens(640, 480) == 765


@pytest.mark.parametrize(
    ("confidence", "numbers", "who"),
    [(0.9, Verdict.ACCEPT, "model"), (0.5, Verdict.ACCEPT, "person"), (0.9, Verdict.REJECT, "offline")],
)
def test_the_cascade_looks_only_where_reading_and_numbers_differ(
    serve, desk_for, figure, events, confidence, numbers, who
):
    """Offline reads points without a curve as FIT_POOR; an unsure model puts even a good plot under review."""
    server = serve(lambda body: Answer(text=json.dumps(SEEN | {"confidence": confidence})))
    brain = CascadeBrain(reader_of(desk_for(server)), CascadeSettings())
    reading = brain.read(figure, analysis(), numbers)
    assert [event["answered_by"] for event in events.of("question")] == [who]
    assert len(server.requests) == (who != "offline")
    assert reading.status is (Status.FIT_POOR if who == "offline" else Status.SUCCESS)
    accepted = Judgement(verdict=Verdict.ACCEPT, checks=())
    judged = with_doubt(accepted, reading, brain.sure_of(reading))
    assert judged.verdict is (Verdict.ACCEPT if who == "model" else Verdict.REVIEW)
