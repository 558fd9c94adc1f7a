"""``python -m reson.evals.benches NAME ...`` runs benchmarks one after the other; without a name it lists them."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import resource
import time
from pathlib import Path

from reson.evals import benches
from reson.evals.benches.bench import Asked, Bench

NAMES = tuple(sorted({one.name for one in pkgutil.iter_modules(benches.__path__)} - {"__main__", "bench"}))


def load(name: str) -> tuple[Bench, str]:
    """(the benchmark, what it measures)."""
    module = importlib.import_module(f"{benches.__name__}.{name}")
    return module.lines, (module.__doc__ or "").partition("\n")[0]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m reson.evals.benches", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--qubits", type=int, nargs="*", default=[], help="sizes of the chip")
    parser.add_argument("--nights", type=int, help="of a synthetic record")
    parser.add_argument("--year", type=Path, help="a lab with such a record, in place of one that is made")
    parser.add_argument("--keep", type=Path, help="keep the labs here")
    parser.add_argument("--copies", nargs="*", default=[], help="of devices")
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(NAMES)):
        parser.error(f"there is no {', '.join(unknown)}: {', '.join(NAMES)}")
    asked = Asked(tuple(given.qubits), given.nights, given.year, given.keep, tuple(given.copies))
    if not given.names:
        print("\n".join(f"{name:<14} {load(name)[1]}" for name in NAMES))
    for name in given.names:
        lines, what = load(name)
        print(f"{name}: {what}\n{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}", flush=True)
        began = time.process_time()
        for line in lines(asked):
            print(line, flush=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{time.process_time() - began:.0f} s of processor, largest memory {peak:.2f} GB\n", flush=True)


if __name__ == "__main__":
    main()
