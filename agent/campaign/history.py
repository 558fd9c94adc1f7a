"""What a new result is compared with: the last accepted value, or a sound measurement of tonight that is newer."""

from __future__ import annotations

from reson.agent.campaign.bench import Bench
from reson.components import Qubit, value_name, value_of_pair
from reson.records import GOOD, Verdict
from reson.tools.data import Analysis, Past
from reson.tools.devices.device import published_of
from reson.tools.experiments.heights import READOUT_CONTRAST
from reson.tools.store.measurements import MeasurementRow, list_measurements
from reson.tools.store.parameters import current


def past(bench: Bench, this: MeasurementRow, analysis: Analysis) -> dict[str, Past]:
    """Quantity name -> its last trusted value before this measurement, of its component and of pairs that it speaks of.

    A jump against history puts a result under review once. Where a second measurement of the same night agrees with
    the first, the two confirm each other and the jump was real: so a sound measurement counts as history as well.
    What is known of readouts that only their provider could better stands there under ``READOUT_CONTRAST``.
    """
    now = bench.clock()
    pairs = {of[0] for name in analysis.quantities if (of := value_of_pair(name))}
    qubits = {Qubit(number) for pair in pairs for number in pair.qubits()}
    table = current(bench.store, bench.device.name, only={this.component, *pairs, *qubits})
    of_pairs = {value_name(pair, name): row for pair in pairs for name, row in table.get(pair, {}).items()}
    rows = {**table.get(this.component, {}), **of_pairs}
    known = {
        name: Past(value=row.value, stderr=row.stderr, confidence=row.confidence, age=now - row.valid_from)
        for name, row in rows.items()
        if row.measurement_id is not None
    }
    if published_of(bench.device) is not None:  # one's own readout is mended first
        told = {READOUT_CONTRAST: this.component} | {value_name(one, READOUT_CONTRAST): one for one in qubits}
        for name, component in told.items():
            readout = table.get(component, {}).get("assignment_fidelity")  # a published one tells it too
            if readout is not None:
                contrast = 2 * readout.value - 1
                known[name] = Past(value=contrast, stderr=None, age=now - readout.valid_from)
    same = list_measurements(bench.store, run_id=bench.run_id, component=this.component, experiment=this.experiment)
    for row in same:
        sound = row.reading is not None and row.reading.status in GOOD
        if row.id == this.id or not sound or row.judgement is None or row.judgement.verdict is Verdict.REJECT:
            continue
        for name, quantity in (row.quantities or {}).items():
            known[name] = Past(value=quantity.value, stderr=quantity.stderr, age=now - row.device_ended)
    return known
