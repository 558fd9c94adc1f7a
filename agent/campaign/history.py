"""What a new result is compared with: the last accepted value, or a sound measurement of tonight that is newer."""

from __future__ import annotations

from reson.agent.campaign.bench import Bench
from reson.components import Qubit, pairs_of, parse, value_name
from reson.records import GOOD, Verdict
from reson.tools.data import Past
from reson.tools.store.measurements import get_measurement, list_measurements
from reson.tools.store.parameters import ParameterRow, Table, current


def past(bench: Bench, component: str, measurement: str) -> dict[str, Past]:
    """Quantity name -> its last trusted value before this measurement.

    A jump against history puts a result under review once. Where a second measurement of the same night agrees with
    the first, the two confirm each other and the jump was real: so a sound measurement counts as history as well.
    """
    now = bench.clock()
    table = current(bench.store, bench.device.name)
    rows = {**table.get(component, {}), **_of_pairs(table, component)}
    known = {
        name: Past(value=row.value, stderr=row.stderr, age=now - row.valid_from)
        for name, row in rows.items()
        if row.measurement_id is not None
    }
    this = get_measurement(bench.store, measurement)
    for row in list_measurements(bench.store, run_id=bench.run_id, component=component, experiment=this.experiment):
        sound = row.reading is not None and row.reading.status in GOOD
        if row.id == measurement or not sound or row.judgement is None or row.judgement.verdict is Verdict.REJECT:
            continue
        for name, quantity in (row.quantities or {}).items():
            known[name] = Past(value=quantity.value, stderr=quantity.stderr, age=now - row.device_ended)
    return known


def _of_pairs(table: Table, component: str) -> dict[str, ParameterRow]:
    """The values of the pairs that a qubit belongs to, as its measurements name them."""
    one = parse(component)
    pairs = [pair for pair in pairs_of(table) if one.number in pair.qubits()] if isinstance(one, Qubit) else []
    return {value_name(pair, name): row for pair in pairs for name, row in table[pair].items()}
