"""Each fault of the laboratory gets its own name, from measured quantities alone; look-alikes are told apart."""

from __future__ import annotations

from typing import Any

import pytest

from reson.agent.expert.causes import READOUTS
from reson.agent.expert.plans import BRING_UP
from reson.agent.observation import Attempt, DiagnosisCode, Done, GiveUp, GoalsView, Known, Measure, QubitView
from reson.records import CheckCode, Outcome, Quantity, Status, Verdict
from reson.tools.experiments.qubit_spectroscopy import LENGTH
from tests.agent.brains.rewording import decided

GOALS = GoalsView(error_over_coherence_limit=1.5, assignment_fidelity=0.95, t1=15e-6)
DESIGN = {"drive_frequency": 5.0e9, "x_amplitude": 0.35, "sx_amplitude": 0.175}
USUAL: dict[str, dict[str, float]] = {
    "resonator_spectroscopy": {"span": 30e6, "points": 101.0, "amplitude": 0.017, "shots": 200.0},
    "qubit_spectroscopy": {"span": 40e6, "points": 61.0, "amplitude": 0.028, "shots": 500.0},
    "rabi": {"max_amplitude": 0.98, "points": 51.0, "shots": 500.0},
    "standard_rb": {"shots": 1000.0, "max_length": 3000.0, "samples": 8.0},
    "leakage_rb": {"shots": 2000.0, "max_length": 3000.0, "samples": 8.0},
}


def attempt(experiment: str, verdict: Verdict, status: Status, **said: Any) -> Attempt:
    """``said``: parameters by name, ``failed``, and ``found`` for the quantities: value or (value, stderr)."""
    found, failed = said.pop("found", {}), said.pop("failed", ())
    pairs = {name: one if isinstance(one, tuple) else (one, None) for name, one in found.items()}
    return Attempt(
        measurement_id="m",
        experiment=experiment,
        parameters=USUAL.get(experiment, {"shots": 1000.0}) | said,
        verdict=verdict,
        outcome=Outcome.EXPECTED if status is Status.SUCCESS else Outcome.ANOMALOUS,
        status=status,
        suggested_range=None,
        reasons=() if verdict is Verdict.ACCEPT else ("a check failed",),
        failed=failed,
        quantities={name: Quantity(value=value, stderr=stderr) for name, (value, stderr) in pairs.items()},
        write="written" if verdict is Verdict.ACCEPT else "none",
    )


GOOD: dict[str, dict[str, float | tuple[float, float]]] = {
    "resonator_spectroscopy": {"level": (6.3, 0.07)},
    "readout": {"separation": 5.2, "p1_given_0": 0.012, "assignment_fidelity": 0.98},
    "rough_drag": {"over_theory": 1.02},
    "standard_rb": {"error_per_gate": (2.0e-4, 1e-5), "coherence_limit": (2.0e-4, 6e-6)},
}


def good(experiment: str, **said) -> Attempt:
    return attempt(experiment, Verdict.ACCEPT, Status.SUCCESS, **({"found": GOOD.get(experiment, {})} | said))


def until(experiment: str) -> list[Attempt]:
    names = [step.experiment for step in BRING_UP]
    return [good(name) for name in names[: names.index(experiment)]]


def seen(attempts: list[Attempt], **known: float) -> QubitView:
    values = DESIGN | {"t1": 80e-6, "assignment_fidelity": 0.98} | known
    return QubitView(
        component="q0",
        known={name: Known(value=value, stderr=None, age_hours=1.0, measured=True) for name, value in values.items()},
        design=DESIGN,
        measured_before=frozenset(),
        attempts=tuple(attempts),
    )


def decide(attempts: list[Attempt], **known: float):
    return decided(seen(attempts, **known), GOALS)


def named(attempts: list[Attempt], **known: float) -> set[DiagnosisCode]:
    decision = decide(attempts, **known)
    assert isinstance(decision, GiveUp | Done), decision
    return {one.code for one in decision.diagnoses}


def no_dip(level: float, error: float, **parameters: float) -> Attempt:
    found = {"level": (level, error)}
    return attempt("resonator_spectroscopy", Verdict.REJECT, Status.NO_SIGNAL, found=found, **parameters)


def test_the_resonator_is_searched_wider_and_then_with_a_weak_tone():
    attempts: list[Attempt] = [no_dip(0.08, 0.07)]
    wider = decide(attempts)
    assert isinstance(wider, Measure) and wider.parameters["span"] == 60e6
    weaker = decide([*attempts, no_dip(0.05, 0.045, span=60e6)])
    assert isinstance(weaker, Measure) and weaker.parameters["amplitude"] < 0.01


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ([(0.08, 0.07), (0.05, 0.045), (0.018, 0.014)], DiagnosisCode.NO_READOUT_SIGNAL),
        ([(0.40, 0.07), (0.40, 0.045), (0.28, 0.014)], DiagnosisCode.READOUT_SATURATED),
        ([(6.30, 0.07), (6.30, 0.045), (0.39, 0.014)], DiagnosisCode.NO_RESONATOR),
    ],
)
def test_what_is_heard_without_a_dip_tells_a_dead_line_from_a_saturated_one_and_from_a_lost_resonator(levels, code):
    amplitudes = (0.017, 0.017, 0.017 / 16)
    attempts = [no_dip(*level, amplitude=tone) for level, tone in zip(levels, amplitudes, strict=True)]
    assert named(attempts) == {code}


def test_a_dip_that_is_there_with_a_weak_tone_only_is_a_saturated_readout_as_soon_as_a_step_fails():
    weak = good("resonator_spectroscopy", amplitude=0.017 / 16, found={"level": (0.33, 0.014)})
    attempts = [no_dip(0.79, 0.07), no_dip(0.79, 0.045, span=60e6), weak]
    attempts += [one for one in until("qubit_spectroscopy") if one.experiment != "resonator_spectroscopy"]
    assert isinstance(decide(attempts), Measure)
    failed = attempt("qubit_spectroscopy", Verdict.REJECT, Status.NO_SIGNAL)
    assert named([*attempts, failed]) == {DiagnosisCode.READOUT_SATURATED}


@pytest.mark.parametrize(("growth", "code"), [(0.64, "readout_saturated"), (1.0, "noisy_readout")])
def test_clouds_that_overlap_are_noise_unless_the_signal_falls_behind_its_tone(growth: float, code: str):
    poor = {"separation": 3.1, "p1_given_0": 0.06, "assignment_fidelity": 0.93}
    found = GOOD | {"punch_out": {"growth": (growth, 0.01)}, "readout": poor}
    attempts = [good(one.experiment, found=found.get(one.experiment, {})) for one in BRING_UP]
    assert named(attempts, assignment_fidelity=0.93) == {DiagnosisCode(code)}


def test_a_qubit_that_relaxes_while_it_is_read_has_a_short_t1():
    lossy = {"separation": 3.3, "p1_given_0": 0.06, "assignment_fidelity": 0.79, "decayed": 0.29}
    poor = attempt("readout", Verdict.REVIEW, Status.SUCCESS, found=lossy)
    assert named([*until("readout"), poor, poor]) == {DiagnosisCode.SHORT_T1}
    decision = decide([*until("readout"), *[poor.model_copy(update={"quantities": {}})] * 2])
    assert isinstance(decision, Measure), "nothing is known of the reason"


def searched() -> list[Attempt]:
    attempts = until("qubit_spectroscopy")
    while isinstance(asked := decide(attempts), Measure) and asked.experiment == "qubit_spectroscopy":
        attempts.append(attempt("qubit_spectroscopy", Verdict.REJECT, Status.NO_SIGNAL, **asked.parameters))
    assert isinstance(asked, Measure) and asked.experiment == "resonator_spectroscopy", "is it still heard?"
    attempts += [good("resonator_spectroscopy"), attempts[-1]]
    asked = decide(attempts)
    assert isinstance(asked, Measure) and asked.experiment == "drive_line_map"
    return attempts


def test_a_line_is_sought_as_far_as_a_design_is_off_before_a_stronger_drive_shows_its_two_photon_line():
    searches = [one.parameters for one in searched() if one.experiment == "qubit_spectroscopy"]
    turns = [one["amplitude"] * one.get("length", LENGTH) / LENGTH for one in searches]
    usual = USUAL["qubit_spectroscopy"]["amplitude"]
    strong = [turn > usual for turn in turns]
    assert strong == sorted(strong) and strong[-1]
    gentle = [(turn, one) for turn, one in zip(turns, searches, strict=True) if turn <= usual]
    assert min(turn for turn, _ in gentle) == pytest.approx(0.7 * usual), "a line 6 dB too strong is turned by 2 pi"
    assert max(one["span"] for _, one in gentle) / 2 > 325e6  # 2.5 standard deviations of 130 MHz


def test_no_search_steps_over_a_line():
    """3.2 MHz wide at half its height after the usual length: two points on it at least, whatever the noise."""
    for one in (one.parameters for one in searched() if one.experiment == "qubit_spectroscopy"):
        width = 3.2e6 * LENGTH / one.get("length", LENGTH)
        assert one["span"] / (one["points"] - 1) < width / 3


def test_no_line_anywhere_is_no_drive_response():
    nothing = attempt("drive_line_map", Verdict.REJECT, Status.NO_SIGNAL)
    farther = decide([*searched(), nothing])
    assert isinstance(farther, Measure) and farther.experiment == "drive_line_map"
    assert farther.parameters["span"] / 2 >= 325e6, "the other line's qubit may be as far from its design"
    nowhere = attempt("drive_line_map", Verdict.REJECT, Status.NO_SIGNAL, **farther.parameters)
    assert named([*searched(), nothing, nowhere]) == {DiagnosisCode.NO_DRIVE_RESPONSE}


@pytest.mark.parametrize(("line", "code"), [(3, "swapped_drive_lines"), (0, "no_drive_response")])
def test_an_answer_through_another_line_is_a_swap_and_one_through_its_own_is_not(line, code):
    found = {"line": float(line), "response": (3.0, 0.1)}
    again = attempt("qubit_spectroscopy", Verdict.REJECT, Status.NO_SIGNAL)
    assert named([*searched(), good("drive_line_map", found=found), again]) == {code}


@pytest.mark.parametrize(
    ("search", "failed", "code"),
    [
        (1.0, CheckCode.MISFIT, DiagnosisCode.CLIPPED_DRIVE),
        (1.0, CheckCode.OUT_OF_RANGE, DiagnosisCode.WEAK_DRIVE_LINE),
        (10.0, CheckCode.MISFIT, DiagnosisCode.WEAK_DRIVE_LINE),
    ],
)
def test_a_drive_that_is_right_when_it_is_weak_is_clipped_and_one_that_is_always_weak_is_attenuated(
    search, failed, code
):
    attempts = until("qubit_spectroscopy")
    if search > 1:
        attempts.append(attempt("qubit_spectroscopy", Verdict.REJECT, Status.NO_SIGNAL))
    attempts.append(good("qubit_spectroscopy", amplitude=0.028 * search))
    narrow = attempt("rabi", Verdict.REVIEW, Status.RANGE_TOO_NARROW, failed=(failed,))
    full = attempt("rabi", Verdict.REVIEW, Status.RANGE_TOO_NARROW, failed=(failed,), max_amplitude=1.0)
    assert named([*attempts, narrow, full]) == {code}


def test_a_line_without_an_oscillation_was_heard_through_another_cable():
    attempts = until("rabi")
    silent = [attempt("rabi", Verdict.REJECT, Status.NO_SIGNAL, max_amplitude=one) for one in (0.98, 1.0)]
    asked = decide([*attempts, *silent], drive_frequency=4.9e9)
    assert isinstance(asked, Measure) and asked.experiment == "drive_line_map"
    assert asked.parameters["offset"] == pytest.approx(100e6), "where the qubit was designed to be"
    nothing = [attempt("drive_line_map", Verdict.REJECT, Status.NO_SIGNAL, span=span) for span in (0.0, 650e6)]
    swapped = [good("drive_line_map", found={"line": 6.0, "response": (3.0, 0.1)}), silent[0]]
    assert named([*attempts, *silent, *swapped], drive_frequency=4.9e9) == {DiagnosisCode.SWAPPED_DRIVE_LINES}
    assert DiagnosisCode.NO_DRIVE_RESPONSE in named([*attempts, *silent, *nothing])


@pytest.mark.parametrize(
    ("status", "found"),
    [(Status.BEATING, {}), (Status.SAMPLING_TOO_COARSE, {"splitting": (44e3, 600.0)})],
)
def test_a_qubit_of_two_frequencies_is_calibrated_at_their_mean_and_the_beat_is_reported(status: Status, found):
    beating = attempt("ramsey_xy", Verdict.REVIEW, status, max_delay=60e-6, detuning=50e3, found=found)
    assert isinstance(decide([*until("ramsey_xy"), beating]), Measure)
    mean = decide([*until("ramsey_xy"), beating, beating])
    assert isinstance(mean, Measure) and mean.experiment == "ramsey_xy" and mean.parameters["max_delay"] < 4e-6
    attempts = [*until("ramsey_xy"), beating, beating, good("ramsey_xy", **mean.parameters)]
    while isinstance(asked := decide(attempts), Measure):
        long = asked.experiment == "ramsey_xy" and asked.parameters.get("max_delay", 1.0) > 10e-6
        attempts.append(beating if long else good(asked.experiment, **asked.parameters))
        assert len(attempts) < 40
    assert isinstance(asked, Done) and {one.code for one in asked.diagnoses} == {DiagnosisCode.TWO_FREQUENCIES}


def test_an_echo_that_outlives_twice_t1_asks_t1_again_first():
    """A defect that came and went: T1 was 9 us when it was measured, and is 60 us now."""
    beyond = attempt("t2_hahn", Verdict.REVIEW, Status.SUCCESS, failed=(CheckCode.BEYOND_T1,))
    attempts = [*until("t2_hahn"), beyond]
    assert following(attempts) == "t1"
    assert following([*attempts, good("t1")]) == "t2_hahn"


def test_without_a_mean_the_line_of_spectroscopy_stays_and_benchmarking_has_the_last_word():
    beating = attempt("ramsey_xy", Verdict.REVIEW, Status.BEATING, max_delay=60e-6, detuning=50e3)
    short = attempt("ramsey_xy", Verdict.REJECT, Status.FIT_POOR, max_delay=2e-6, detuning=3.3e6)
    after = decide([*until("ramsey_xy"), beating, beating, short])
    assert isinstance(after, Measure) and after.experiment != "ramsey_xy"


@pytest.mark.parametrize("verdict", [Verdict.REVIEW, Verdict.REJECT])
def test_fringes_that_one_frequency_never_explains_are_named_too(verdict: Verdict):
    found = {"drive_frequency": (5.0e9, 100.0)}
    wrong = attempt("ramsey_xy", verdict, Status.SUCCESS, failed=(CheckCode.MISFIT,), found=found, max_delay=60e-6)
    attempts = until("ramsey_xy")
    while isinstance(asked := decide(attempts), Measure):
        fringes = wrong.model_copy(update={"parameters": wrong.parameters | asked.parameters})
        attempts.append(fringes if asked.experiment == "ramsey_xy" else good(asked.experiment))
        assert len(attempts) < 40
    assert named(attempts) == {DiagnosisCode.TWO_FREQUENCIES}


def readout(separation: float, ones: float, fidelity: float, verdict: Verdict = Verdict.ACCEPT) -> Attempt:
    found = {"separation": separation, "p1_given_0": ones, "assignment_fidelity": fidelity}
    status = Status.SUCCESS if verdict is Verdict.ACCEPT else Status.HIGH_POWER
    return attempt("readout", verdict, status, found=found)


@pytest.mark.parametrize("growth", [1.0, 0.4])
@pytest.mark.parametrize("experiment", ["readout_frequency_sweep", "readout_power"])
def test_a_readout_that_is_accepted_calibrates_its_qubit_however_its_tuning_fails(experiment: str, growth: float):
    """A narrow resonator: its clouds overlap at the best tone, the amplifier is near its end (``growth`` of the signal
    over that of the tone), and nothing tunes it further.
    """
    lost = attempt(experiment, Verdict.REJECT, Status.FIT_POOR, failed=(CheckCode.UNRESOLVED,))
    attempts = [*until("ramsey_xy"), good("readout_power"), readout(3.0, 0.076, 0.92)]
    attempts = [one for one in attempts if one.experiment != experiment or experiment == "readout_power"]
    attempts += [good("punch_out", found={"growth": (growth, 0.01)})]
    done = set()
    while isinstance(asked := decide(attempts), Measure):
        attempts.append(lost if asked.experiment == experiment else good(asked.experiment))
        if asked.experiment == "readout":
            attempts[-1] = readout(3.0, 0.076, 0.92)
        done.add(asked.experiment)
        assert len(attempts) < 60
    assert isinstance(asked, Done) and "standard_rb" in done


@pytest.mark.parametrize(
    ("measured", "codes"),
    [
        (readout(5.2, 0.012, 0.98), set()),
        (readout(2.0, 0.194, 0.81), {DiagnosisCode.NOISY_READOUT}),
        (readout(5.2, 0.115, 0.88), {DiagnosisCode.HOT_QUBIT}),
        (readout(5.2, 0.02, 0.93), {DiagnosisCode.POOR_READOUT}),
    ],
)
def test_a_calibrated_qubit_with_a_poor_readout_is_told_why(measured, codes):
    attempts = [measured if step.experiment == "readout" else good(step.experiment) for step in BRING_UP]
    assert named(attempts, assignment_fidelity=measured.quantities["assignment_fidelity"].value) == codes


def test_a_qubit_too_hot_to_be_read_is_named_and_no_person_is_asked():
    assert named([*until("readout"), readout(5.2, 0.25, 0.78, Verdict.REVIEW)]) == {DiagnosisCode.HOT_QUBIT}


def test_clouds_that_overlap_end_in_the_noise_and_not_in_a_question():
    failed = readout(1.0, 0.3, 0.69, Verdict.REJECT)
    assert isinstance(decide([*until("readout"), failed]), Measure)
    assert named([*until("readout"), failed, failed]) == {DiagnosisCode.NOISY_READOUT}


FAINT = readout(1.3, 0.27, 0.71, Verdict.REJECT)


def following(attempts: list[Attempt]) -> str:
    decision = decide(attempts)
    assert isinstance(decision, Measure), decision
    return decision.experiment


@pytest.mark.parametrize("step", ["readout_frequency_sweep", "readout"])
def test_clouds_that_overlap_under_a_tone_that_nobody_chose_are_read_with_others_first(step: str):
    untuned = [one for one in until("readout") if one.experiment != "readout_power"]
    before = untuned if step == "readout" else until(step)
    failed = attempt(step, Verdict.REJECT, Status.FIT_POOR, found={"separation": 1.3})
    attempts = [*before, failed, failed]
    while following(attempts) != "readout_power":
        attempts.append(FAINT if following(attempts) == "readout" else good(following(attempts)))
        assert len(attempts) < 20
    chosen = [*attempts, good("readout_power")]
    assert following(chosen) in READOUTS, "what the new tone brings is looked at before anything is given up"


def test_a_signal_that_falls_behind_its_tone_ends_nothing_where_0_and_1_are_told_apart():
    """Most amplifiers of a fridge do; the best frequency of the tone is what the readout can do without."""
    failed = attempt("readout_frequency_sweep", Verdict.REJECT, Status.SUCCESS)
    found = GOOD | {"punch_out": {"growth": (0.8, 0.01)}}
    before = [good(one.experiment, found=found.get(one.experiment, {})) for one in until("readout_frequency_sweep")]
    attempts = [*before, failed, failed, readout(5.0, 0.04, 0.956)]
    while following(attempts) == "readout_frequency_sweep":
        attempts.append(failed)
        assert len(attempts) < 20
    assert following(attempts) == "readout_power"


def test_noise_is_named_only_after_a_readout_with_the_tone_that_was_chosen():
    failed = attempt("readout_frequency_sweep", Verdict.REJECT, Status.FIT_POOR)
    before = [*until("readout_frequency_sweep"), failed, failed, readout(3.4, 0.05, 0.94), failed]
    assert isinstance(decide([*before, good("readout_power"), failed]), Measure)


def unprepared(separation: float, verdict: Verdict) -> Attempt:
    failed = (CheckCode.NOT_PREPARED, *[CheckCode.OUT_OF_RANGE] * (separation < 1.5))
    found = {"separation": separation, "p1_given_0": 0.05, "assignment_fidelity": 0.9}
    return attempt("readout", verdict, Status.SUCCESS, found=found, failed=failed)


def test_a_pulse_is_asked_again_once_the_clouds_tell_what_it_leaves():
    """Before, the overlap of the clouds hid it, and a Rabi of then says nothing of the readout now."""
    blurred, clear = unprepared(1.3, Verdict.REJECT), unprepared(3.9, Verdict.REVIEW)
    attempts = [*until("readout_power"), blurred, good("rabi"), blurred, good("readout_power"), clear]
    assert following(attempts) == "rabi"
    assert following([*attempts, good("rabi")]) == "readout"


@pytest.mark.parametrize("asked", ["readout_power", "rabi", "drive_line_map", "resonator_spectroscopy"])
def test_no_device_is_asked_for_what_it_cannot_run(asked: str):
    lost = attempt("qubit_spectroscopy", Verdict.REJECT, Status.NO_SIGNAL)
    for attempts in ([*until("readout"), FAINT, FAINT], [*until("qubit_spectroscopy"), *[lost] * 7]):
        able = [one for one in attempts if one.experiment != asked]
        for _ in range(6):
            view = seen(able).model_copy(update={"impossible": {asked: "this device has none"}})
            decision = decided(view, GOALS)
            if not isinstance(decision, Measure):
                break
            assert decision.experiment != asked
            able.append(FAINT if decision.experiment == "readout" else lost)


def test_a_mirrored_carrier_is_told_from_a_shifted_one_by_the_sign_of_drag():
    known = {"drive_frequency": 4.95e9}
    shifted = [good(step.experiment) for step in BRING_UP]
    assert named(shifted, **known) == {DiagnosisCode.FREQUENCY_GUESS_OFF}
    no_third_level = attempt("ef_spectroscopy", Verdict.REJECT, Status.NO_SIGNAL)
    attempts = [*until("ef_spectroscopy"), no_third_level, no_third_level]
    asked = decide(attempts, **known)
    assert isinstance(asked, Measure) and asked.experiment == "rough_drag"
    mirrored = attempt("rough_drag", Verdict.REVIEW, Status.SUCCESS, found={"over_theory": -1.02})
    assert named([*attempts, mirrored, mirrored], **known) == {DiagnosisCode.WRONG_SIDEBAND}


def leakage(value: float, error: float, verdict: Verdict = Verdict.REVIEW) -> Attempt:
    return attempt("leakage_rb", verdict, Status.LARGE_ERROR, found={"leakage_per_gate": (value, error)})


def test_a_drag_coefficient_that_cannot_be_found_is_asked_for_leakage_before_it_is_given_up():
    poor = attempt("rough_drag", Verdict.REJECT, Status.FIT_POOR, found={"over_theory": 0.46})
    attempts = until("rough_drag")
    while isinstance(asked := decide(attempts), Measure) and asked.experiment in ("rough_drag", "rabi"):
        attempts.append(poor if asked.experiment == "rough_drag" else good("rabi"))
        assert len(attempts) < 40
    assert isinstance(asked, Measure) and asked.experiment == "ef_rabi"
    attempts += [good("ef_rabi"), poor]
    asked = decide(attempts)
    assert isinstance(asked, Measure) and asked.experiment == "leakage_rb"
    assert isinstance(decide([*attempts, leakage(9e-4, 4e-4)]), Measure), "not yet certain"
    assert named([*attempts, leakage(6e-4, 1.5e-4)]) == {DiagnosisCode.LEAKY_PULSE}
    attempts += [good("leakage_rb", found={"leakage_per_gate": (1e-5, 4e-6)}), poor]
    asked = decide(attempts)
    assert isinstance(asked, Measure) and asked.experiment == "readout", "no leakage: does the readout hold?"
    assert named([*attempts, good("readout"), poor]) == {DiagnosisCode.UNRESOLVED}


def test_a_train_of_pulses_whose_curve_misses_the_data_twice_is_asked_for_leakage():
    poor = attempt(
        "fine_x_amplitude",
        Verdict.REVIEW,
        Status.MODERATE_ERROR,
        found={"x_angle_error": (0.04, 0.016)},
        failed=(CheckCode.MISFIT,),
    )
    before = until("fine_x_amplitude")
    asked = decide([*before, poor])
    assert isinstance(asked, Measure) and asked.experiment == "fine_x_amplitude"
    asked = decide([*before, poor, poor])
    assert isinstance(asked, Measure) and asked.experiment == "ef_rabi"
    attempts = [*before, poor, poor, good("ef_rabi"), poor]
    asked = decide(attempts)
    assert isinstance(asked, Measure) and asked.experiment == "leakage_rb"
    found = {"leakage_per_gate": (3e-3, 4e-3), "seepage_per_gate": (7e-3, 9e-3)}
    vague = attempt("leakage_rb", Verdict.REVIEW, Status.LARGE_ERROR, found=found)
    shorter = decide([*attempts, vague])
    assert isinstance(shorter, Measure)
    assert shorter.parameters == {"max_length": 200.0, "samples": 16.0}, "it was over after a thirtieth of the window"
    assert named([*attempts, vague, leakage(6e-3, 1.5e-3)]) == {DiagnosisCode.LEAKY_PULSE}


def test_an_error_that_stays_above_its_limit_is_asked_for_leakage():
    poor = good("standard_rb", found={"error_per_gate": (9e-4, 2e-5), "coherence_limit": (2e-4, 6e-6)})
    attempts = []
    while isinstance(asked := decide(attempts), Measure) and asked.experiment != "ef_rabi":
        attempts.append(poor if asked.experiment == "standard_rb" else good(asked.experiment))
        assert len(attempts) < 60
    assert isinstance(asked, Measure)
    assert named([*attempts, good("ef_rabi"), leakage(6e-4, 1.5e-4)]) == {DiagnosisCode.LEAKY_PULSE}
    tight = good("leakage_rb", found={"leakage_per_gate": (1e-5, 4e-6)})
    assert named([*attempts, good("ef_rabi"), tight]) == {DiagnosisCode.ERROR_ABOVE_LIMIT}
    nothing = attempt("ef_rabi", Verdict.REJECT, Status.NO_SIGNAL)
    while isinstance(asked := decide(attempts), Measure):
        attempts.append(nothing if asked.experiment == "ef_rabi" else good(asked.experiment))
        assert len(attempts) < 80
    assert named(attempts) == {DiagnosisCode.ERROR_ABOVE_LIMIT}


@pytest.mark.parametrize("verdict", [Verdict.REVIEW, Verdict.REJECT])
def test_what_a_leak_spoils_stands_in_the_way_of_no_diagnosis_and_asks_no_person(verdict):
    """The pulse from 1 to 2 is as leaky as the others: how much they leak is measured with it as it is."""
    poor = attempt("rough_drag", Verdict.REVIEW, Status.FIT_POOR, found={"over_theory": 0.46})
    spoilt = attempt("ef_rabi", verdict, Status.FIT_POOR, found={"ef_amplitude": 0.2})
    attempts, asked = until("rough_drag"), None
    while isinstance(asked := decide(attempts), Measure) and asked.experiment != "leakage_rb":
        attempts.append({"rough_drag": poor, "ef_rabi": spoilt}.get(asked.experiment) or good(asked.experiment))
        assert len(attempts) < 40
    assert isinstance(asked, Measure) and asked.experiment == "leakage_rb"
    assert sum(one.experiment == "ef_rabi" for one in attempts) == 2
    assert named([*attempts, leakage(6e-4, 1.5e-4)]) == {DiagnosisCode.LEAKY_PULSE}


def test_a_vague_leakage_is_written_by_nobody():
    poor = attempt("rough_drag", Verdict.REJECT, Status.FIT_POOR)
    attempts, asked = until("rough_drag"), None
    while isinstance(asked := decide(attempts), Measure):
        vague = leakage(4e-4, 4e-4) if asked.experiment == "leakage_rb" else None
        attempts.append(vague or (poor if asked.experiment == "rough_drag" else good(asked.experiment)))
        assert len(attempts) < 60
    assert isinstance(asked, GiveUp), "a value that serves a diagnosis alone is no question to a person"
