"""Faults weak and strong: a range changes before more is averaged; what was true at ten is asked again at eleven."""

from __future__ import annotations

import pytest

from reson.agent.expert.ranges import adjusted
from reson.agent.observation import Attempt, DiagnosisCode, Escalate, GiveUp, Measure
from reson.records import CheckCode, Quantity, Status, Verdict
from tests.agent.brains.test_causes import attempt, decide, good, named, no_dip, until

BENT = (CheckCode.MISFIT, CheckCode.AT_BOUND)
REVIEW, REJECT = Verdict.REVIEW, Verdict.REJECT


def asked(attempts: list[Attempt], experiment: str) -> dict[str, float]:
    decision = decide(attempts)
    assert isinstance(decision, Measure), decision
    assert decision.experiment == experiment
    return decision.parameters


def rabi(status: Status = Status.SUCCESS, pi: float = 0.3, verdict: Verdict = REVIEW, **said) -> Attempt:
    return attempt("rabi", verdict, status, found={"x_amplitude": (pi, 0.05 * pi)}, **said)


@pytest.mark.parametrize(
    ("failed", "status", "pi", "range_"),
    [
        (BENT, Status.SUCCESS, 0.3, 0.6),  # a generator that clips above the pi pulse: a period without that
        ((CheckCode.AT_BOUND,), Status.SUCCESS, 0.3, 0.6),
        ((CheckCode.UNSTEADY,), Status.SUCCESS, 0.3, 0.6),  # a kink in the curve is a change in its course, or a limit
        ((), Status.DAMPED, 0.3, 0.6),
        (BENT, Status.FIT_POOR, 0.06, 0.98 / 3),  # a line 15 dB too strong
        ((CheckCode.OUT_OF_RANGE,), Status.UNDERSAMPLED, 0.02, 0.98 / 3),
        ((CheckCode.OUT_OF_RANGE,), Status.RANGE_TOO_NARROW, 1.1, 1.0),
    ],
)
def test_a_rabi_curve_that_misses_its_points_is_measured_over_another_range(failed, status, pi, range_):
    parameters = asked([*until("rabi"), rabi(status, pi, failed=failed)], "rabi")
    assert parameters == {"max_amplitude": pytest.approx(range_, rel=0.01)}


def test_a_curve_that_bends_within_a_period_is_measured_up_to_its_crest_and_then_averaged_there():
    attempts = [*until("rabi"), rabi(failed=BENT), rabi(failed=BENT, max_amplitude=0.6)]
    assert asked(attempts, "rabi") == {"max_amplitude": pytest.approx(0.36)}
    parameters = asked([*attempts, rabi(failed=BENT, max_amplitude=0.36)], "rabi")
    assert parameters == {"max_amplitude": 0.36, "shots": 1000.0}


def test_a_curve_that_noise_hides_is_averaged_over_the_range_it_has():
    hidden = rabi(failed=(CheckCode.UNRESOLVED, CheckCode.IMPRECISE, CheckCode.AT_BOUND))
    assert asked([*until("rabi"), hidden], "rabi") == {"shots": 2000.0}


def test_a_rotation_of_two_levels_over_no_range_turns_a_third_one():
    attempts = [*until("rabi")]
    for _ in range(6):
        decision = decide(attempts)
        if not isinstance(decision, Measure):
            break
        found = decision.experiment == "qubit_spectroscopy"
        bent = rabi(failed=BENT, max_amplitude=decision.parameters.get("max_amplitude", 0.98))
        attempts.append(good(decision.experiment) if found else bent)
    assert named(attempts) == {DiagnosisCode.LEAKY_PULSE}


@pytest.mark.parametrize("failed", [(CheckCode.MISFIT,), (CheckCode.UNSTEADY,), (CheckCode.AT_BOUND,)])
def test_a_curve_that_stops_growing_before_its_pi_pulse_is_clipped(failed):
    full = [rabi(Status.RANGE_TOO_NARROW, failed=failed, max_amplitude=end) for end in (0.98, 1.0)]
    assert named([*until("rabi"), *full]) == {DiagnosisCode.CLIPPED_DRIVE}


def test_a_drive_that_does_nothing_when_strong_though_its_own_line_is_found_when_weak_is_clipped():
    silent = [attempt("rabi", REJECT, Status.NO_SIGNAL, max_amplitude=end) for end in (0.98, 1.0)]
    assert asked([*until("rabi"), *silent], "drive_line_map")
    own = good("drive_line_map", found={"line": 0.0, "response": (3.0, 0.1)})
    assert named([*until("rabi"), *silent, own, silent[-1]]) == {DiagnosisCode.CLIPPED_DRIVE}


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (Status.RANGE_TOO_NARROW, {"span": 480e6, "points": 401.0, "amplitude": 0.028, "shots": 500.0}),
        (Status.MULTIPLE_PEAKS, {"span": 240e6, "points": 241.0, "amplitude": 0.028 / 3, "shots": 500.0}),
        (Status.AMP_TOO_HIGH, {"span": 240e6, "points": 241.0, "amplitude": 0.028 / 3, "shots": 500.0}),
        (Status.SUCCESS, {"span": 240e6, "points": 241.0, "amplitude": 0.028, "shots": 1000.0}),
    ],
)
def test_a_line_that_a_wide_search_has_seen_is_not_sought_again_with_a_narrow_one(status, wanted):
    seen = attempt("qubit_spectroscopy", REVIEW, status, span=240e6, points=241.0)
    parameters = asked([*until("qubit_spectroscopy"), seen], "qubit_spectroscopy")
    assert parameters == pytest.approx(wanted)


@pytest.mark.parametrize("experiment", ["punch_out", "readout_frequency_sweep"])
@pytest.mark.parametrize("status", [Status.SUCCESS, Status.RANGE_TOO_NARROW])
def test_what_lies_at_the_edge_of_its_sweep_is_swept_wider_whatever_the_plot_reads_as(experiment, status):
    """A strong coupling pulls the resonator beyond the sweep: the same sweep with more shots shows the same edge."""
    cut = attempt(experiment, REJECT, status, failed=(CheckCode.AT_EDGE,), span=16e6, points=49.0)
    assert adjusted([cut]) == {"span": 32e6, "points": 97.0}
    if status is Status.SUCCESS:
        assert "span" not in adjusted([attempt(experiment, REJECT, status, span=16e6, points=49.0)])


def test_a_narrow_resonator_that_was_glimpsed_is_looked_at_in_finer_steps():
    seen = {"level": (6.3, 0.07), "depth": (0.9, 0.13)}
    coarse = attempt("resonator_spectroscopy", REJECT, Status.SUCCESS, found=seen, failed=(CheckCode.UNRESOLVED,))
    finer = asked([coarse], "resonator_spectroscopy")
    assert (finer["span"], finer["points"]) == (30e6, 401.0)
    wider = asked([coarse, no_dip(6.3, 0.07, points=401.0)], "resonator_spectroscopy")
    assert wider["span"] == 60e6 and wider["span"] / (wider["points"] - 1) <= 0.2e6


@pytest.mark.parametrize("status", [Status.SUCCESS, Status.RANGE_TOO_NARROW])
def test_a_dip_as_narrow_as_the_steps_is_looked_at_nearer_twice_before_anything_is_searched(status: Status):
    """Whatever the plot reads as: its flanks lie between two points."""
    narrow = {"level": (6.3, 0.07), "depth": (0.9, 0.13), "offset": (4.2e6, 2e4), "resonator_linewidth": (0.2e6, 0.1e6)}
    coarse = attempt("resonator_spectroscopy", REJECT, status, found=narrow, failed=(CheckCode.OUT_OF_RANGE,))
    nearer = asked([coarse], "resonator_spectroscopy")
    assert nearer["centre"] == 4.2e6
    assert nearer["span"] / (nearer["points"] - 1) <= 0.2e6 / 8 and nearer["span"] >= 8e6
    assert nearer["amplitude"] < coarse.parameters["amplitude"] / 2, "an amplifier near its end flattens a dip"
    missed = [no_dip(6.3, 0.07, **nearer)]
    assert asked([coarse, *missed], "resonator_spectroscopy")["span"] == 60e6, "it was none"
    wide = attempt("resonator_spectroscopy", REJECT, status, found=narrow, failed=(CheckCode.OUT_OF_RANGE,), **nearer)
    assert not asked([coarse, wide, wide], "resonator_spectroscopy").get("centre"), "twice is enough"


def test_a_third_level_off_its_design_is_searched_for_over_all_anharmonicities_and_then_more_strongly():
    nothing = attempt("ef_spectroscopy", REJECT, Status.NO_SIGNAL, amplitude=0.02, shots=500.0)
    wide = asked([*until("ef_spectroscopy"), nothing], "ef_spectroscopy")
    low, high = wide["centre"] - wide["span"] / 2, wide["centre"] + wide["span"] / 2
    assert low < -380e6 and high > -160e6 and wide["span"] / (wide["points"] - 1) < 1.8e6
    upstream = [nothing, good("rabi"), nothing]
    assert asked([*until("ef_spectroscopy"), nothing, *upstream], "ef_spectroscopy")["amplitude"] == pytest.approx(0.06)


def line(status: Status, offset: float, verdict=REJECT, failed=(), **parameters: float) -> Attempt:
    found = {"offset": (offset, 1e5), "height": (2.0, 0.2)}
    wide = {"span": 1.08e9, "points": 401.0, "amplitude": 0.28, "shots": 500.0}
    return attempt("qubit_spectroscopy", verdict, status, found=found, failed=failed, **(wide | parameters))


@pytest.mark.parametrize("failed", [CheckCode.AT_EDGE, CheckCode.TOO_COARSE])
def test_a_line_at_the_edge_of_a_wide_search_or_as_narrow_as_its_steps_is_looked_at_nearer(failed):
    far = line(Status.SUCCESS, -117e6, failed=(failed,), span=240e6, points=241.0)
    nearer = asked([*until("qubit_spectroscopy"), far], "qubit_spectroscopy")
    assert nearer["centre"] == -117e6 and nearer["amplitude"] == 0.28
    assert nearer["span"] < 100e6 and nearer["span"] / (nearer["points"] - 1) <= 1e6


def test_of_lines_beside_each_other_that_of_the_weakest_drive_is_looked_at_nearer():
    """A strong drive takes two photons from 0 to 2, half the anharmonicity below the qubit; a weak one misses both."""
    strong = line(Status.MULTIPLE_PEAKS, -225e6)
    weak = line(Status.MULTIPLE_PEAKS, -126e6, amplitude=0.093)
    lost = line(Status.NO_SIGNAL, -121e6, amplitude=0.031)
    assert asked([*until("qubit_spectroscopy"), strong], "qubit_spectroscopy")["amplitude"] == pytest.approx(0.28 / 3)
    for seen in ((strong, weak), (weak, lost)):
        nearer = asked([*until("qubit_spectroscopy"), *seen], "qubit_spectroscopy")
        assert (nearer["centre"], nearer["amplitude"]) == (-126e6, 0.093)


def test_a_faint_line_that_two_sweeps_see_at_one_place_is_looked_at_there_and_longer():
    found = {"offset": (102.8e6, 2.8e5), "height": (0.28, 0.078)}
    faint = attempt("qubit_spectroscopy", REJECT, Status.SUCCESS, found=found, span=240e6, points=241.0)
    again = attempt(
        "qubit_spectroscopy",
        REJECT,
        Status.NO_SIGNAL,
        found={"offset": (102.3e6, 6e5), "height": (0.17, 0.042)},
        span=680e6,
        points=401.0,
    )
    nearer = asked([*until("qubit_spectroscopy"), faint, again], "qubit_spectroscopy")
    assert (nearer["centre"], nearer["amplitude"]) == (102.8e6, 0.014), "a drive 6 dB too strong turns by 2 pi"
    still = attempt("qubit_spectroscopy", REJECT, Status.NO_SIGNAL, found=found, **nearer)
    longer = asked([*until("qubit_spectroscopy"), faint, again, still], "qubit_spectroscopy")
    assert longer == nearer | {"shots": 4 * nearer["shots"]}
    elsewhere = again.model_copy(update={"quantities": again.quantities | {"offset": Quantity(value=-210e6)}})
    assert "centre" not in asked([*until("qubit_spectroscopy"), faint, elsewhere], "qubit_spectroscopy")


def test_lines_that_rest_on_too_few_points_are_measured_in_finer_steps():
    coarse = attempt("qubit_spectroscopy", REJECT, Status.UNDERSAMPLED, span=240e6, points=61.0)
    finer = asked([*until("qubit_spectroscopy"), coarse], "qubit_spectroscopy")
    assert (finer["span"], finer["points"]) == (240e6, 121.0)
    found = {"offset": (297e6, 6e4)}
    far = attempt("qubit_spectroscopy", REVIEW, Status.UNDERSAMPLED, span=1.08e9, points=401.0, found=found)
    nearer = asked([*until("qubit_spectroscopy"), far], "qubit_spectroscopy")
    assert 600e6 < nearer["span"] < 700e6 and nearer["amplitude"] == 0.028
    edge = far.model_copy(update={"quantities": {"offset": Quantity(value=-470e6)}})
    wider_line = asked([*until("qubit_spectroscopy"), edge], "qubit_spectroscopy")
    assert (wider_line["span"], wider_line["length"], wider_line["amplitude"]) == (1.08e9, 200e-9, 0.056)
    shortest = edge.model_copy(update={"parameters": edge.parameters | {"length": 100e-9}})
    stronger = asked([*until("qubit_spectroscopy"), shortest], "qubit_spectroscopy")
    assert (stronger["length"], stronger["amplitude"]) == (100e-9, pytest.approx(0.028 * 1.7))
    third = attempt("ef_spectroscopy", REJECT, Status.UNDERSAMPLED, span=80e6, centre=-300e6)
    third = third.model_copy(update={"quantities": {"anharmonicity": Quantity(value=-311e6, stderr=1e6)}})
    about = asked([*until("ef_spectroscopy"), third], "ef_spectroscopy")
    assert about == {"centre": -311e6, "span": pytest.approx(80e6 / 3)}


def test_a_qubit_without_a_sound_line_of_its_third_level_goes_on_with_the_designed_one():
    attempts = until("ef_spectroscopy")
    while isinstance(decision := decide(attempts), Measure) and decision.experiment in ("ef_spectroscopy", "rabi"):
        odd = attempt("ef_spectroscopy", REVIEW, Status.FIT_POOR, shots=500.0, found={"anharmonicity": -3e8})
        attempts.append(odd if decision.experiment == "ef_spectroscopy" else good("rabi"))
        assert len(attempts) < 30
    assert isinstance(decision, Measure) and decision.experiment == "t1"


@pytest.mark.parametrize(
    ("experiment", "wanted"),
    [
        ("punch_out", {"span": 32e6, "points": 97.0}),
        ("readout_frequency_sweep", {"span": 32e6, "points": 97.0}),
        ("readout_power", {"max_amplitude": 0.4}),
    ],
)
def test_what_leaves_its_sweep_is_swept_farther(experiment, wanted):
    cut = attempt(experiment, REJECT, Status.RANGE_TOO_NARROW, span=16e6, points=49.0, max_amplitude=0.2)
    assert asked([*until(experiment), cut], experiment) == wanted


@pytest.mark.parametrize(
    ("experiment", "usual", "changed"),
    [
        ("punch_out", {"span": 16e6, "points": 49.0}, {"span": 6.4e6}),
        ("readout_frequency_sweep", {"span": 6e6, "points": 41.0}, {"span": 2.4e6}),
        ("readout_power", {"min_amplitude": 0.007, "max_amplitude": 0.05}, {"max_amplitude": 0.1}),
    ],
)
def test_a_longer_look_keeps_the_range_that_an_earlier_one_asked_for(experiment, usual, changed):
    first = attempt(experiment, REJECT, Status.SUCCESS, **usual)
    second = attempt(experiment, REVIEW, Status.SUCCESS, **(usual | changed))
    assert adjusted([first, second]) == {"shots": 2000.0} | changed
    assert adjusted([first, first]) == {"shots": 2000.0}


def test_a_drive_that_turned_the_qubit_earlier_and_does_nothing_now_is_not_called_weak():
    silent = [attempt("rabi", REJECT, Status.NO_SIGNAL, max_amplitude=end) for end in (0.98, 1.0)]
    unread = [attempt("readout", REJECT, Status.NO_EXCITATION)] * 2
    attempts = [*until("readout"), *unread]
    assert asked(attempts, "rabi") == {}
    assert asked([*attempts, *silent], "qubit_spectroscopy") == {}, "what was found at ten may have moved by eleven"


def test_a_line_that_is_silent_later_in_the_night_is_first_listened_for_through_the_resonator():
    late, early = until("t1"), until("qubit_spectroscopy")
    for before, listen in ((late, "punch_out"), (early, "resonator_spectroscopy")):
        attempts = list(before)
        if before is late:
            attempts += [attempt("t1", REJECT, Status.NO_SIGNAL, max_delay=50e-6)] * 2
            attempts += [attempt("readout", REJECT, Status.NO_EXCITATION)] * 2
            attempts += [attempt("rabi", REJECT, Status.NO_SIGNAL, max_amplitude=end) for end in (0.98, 1.0)]
        for _ in range(6):
            parameters = asked(attempts, "qubit_spectroscopy")
            attempts.append(attempt("qubit_spectroscopy", REJECT, Status.NO_SIGNAL, **parameters))
        asked(attempts, listen)
        heard = [*attempts, good(listen), attempts[-1]]
        asked(heard, "drive_line_map")


def test_a_readout_line_that_dies_in_the_night_is_dead_whatever_it_brought_before():
    attempts = [*until("punch_out"), *[attempt("punch_out", REJECT, Status.NO_SIGNAL)] * 2]
    levels, tones = ((0.08, 0.07), (0.05, 0.045), (0.018, 0.014)), (0.017, 0.017, 0.001)
    silent = [no_dip(*level, amplitude=tone) for level, tone in zip(levels, tones, strict=True)]
    assert named([*attempts, *silent]) == {DiagnosisCode.NO_READOUT_SIGNAL}


def test_a_strong_tone_that_brings_less_than_a_weak_one_promised_saturates_though_it_is_hardly_heard():
    """A saturation far below the noise of a point with the usual tone; the weak one is averaged longer."""
    levels, tones = ((0.12, 0.07), (0.10, 0.045), (0.081, 0.014)), (0.017, 0.017, 0.001)
    attempts = [no_dip(*level, amplitude=tone) for level, tone in zip(levels, tones, strict=True)]
    assert named(attempts) == {DiagnosisCode.READOUT_SATURATED}


@pytest.mark.parametrize("factor", [8.0, 25.0])
def test_an_amplifier_whose_noise_buries_the_signal_is_named_wherever_that_shows_first(factor):
    loud = good("resonator_spectroscopy", found={"level": (6.3, 0.07 * factor / 5), "overdrive": 1.0}, shots=5000.0)
    unseen = [attempt("qubit_spectroscopy", REJECT, Status.NO_SIGNAL)] * 7
    attempts = [loud, *until("qubit_spectroscopy")[1:], *unseen[:6], loud, unseen[0]]
    nothing = attempt("drive_line_map", REJECT, Status.NO_SIGNAL)
    assert named([*attempts, nothing]) == {DiagnosisCode.NOISY_READOUT}


def test_a_one_that_is_gone_before_it_is_read_is_a_short_t1_once_the_drive_was_seen_to_turn_the_qubit():
    gone = {"separation": 0.98, "p1_given_0": 0.22, "preparation_error": (0.33, 0.01), "assignment_fidelity": 0.61}
    unread = attempt("readout", REJECT, Status.NO_EXCITATION, found=gone)
    attempts = [*until("readout"), unread, unread]
    asked(attempts, "rabi")
    assert named([*attempts, good("rabi"), unread], assignment_fidelity=0.99) == {DiagnosisCode.SHORT_T1}


def test_a_one_that_shots_still_remember_is_no_short_t1_once_t1_was_measured_long():
    """Where the rest is short against T1, a pulse takes what is left of 1 down: up to half of it is not prepared."""
    gone = {"separation": 4.0, "p1_given_0": 0.05, "preparation_error": (0.28, 0.01), "assignment_fidelity": 0.83}
    unread = attempt("readout", REVIEW, Status.SUCCESS, found=gone, failed=(CheckCode.NOT_PREPARED,))
    attempts = [*until("fine_x_amplitude"), *[attempt("fine_x_amplitude", REVIEW, Status.SUCCESS)] * 4]
    while isinstance(decision := decide(attempts), Measure) and len(attempts) < 50:
        attempts.append(unread if decision.experiment == "readout" else good(decision.experiment))
        if decision.experiment == "fine_x_amplitude":
            attempts[-1] = attempt("fine_x_amplitude", REVIEW, Status.SUCCESS)
    assert "t1" in [one.experiment for one in attempts[len(until("fine_x_amplitude")) :]]
    assert not isinstance(decision, GiveUp) or DiagnosisCode.SHORT_T1 not in {one.code for one in decision.diagnoses}


def test_what_counts_clicks_asks_whether_the_readout_holds_before_it_asks_a_person():
    found = {"drive_frequency": (5.0e9, 100.0)}
    low = attempt("ramsey_xy", REVIEW, Status.SUCCESS, failed=(CheckCode.OUT_OF_RANGE,), found=found, max_delay=60e-6)
    attempts = [*until("ramsey_xy"), *[low] * 4]
    asked(attempts, "rabi")
    attempts += [good("rabi"), low]
    asked(attempts, "readout")
    asked([*attempts, good("readout")], "ramsey_xy")
    assert isinstance(decide([*attempts, good("readout"), low]), Escalate)
