"""``make eyes``: draws pictures, trains the model from nothing, calibrates it, ships it, and measures it."""

from __future__ import annotations

import argparse
import json
import os
from functools import partial
from pathlib import Path

CALIBRATION, MEASURING, BY_MATPLOTLIB, FOREIGN_SEED = 900_001, 900_002, 900_003, 900_004
"""Seeds of pictures that are never trained on."""
TRAINING_CHIP, OTHER_CHIP = 8811, 8813
"""Simulated chips: one whose figures are trained on, and one whose never are."""


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m reson.evals.eyes", description=__doc__)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--pictures", type=int, default=60_000, help="drawn by our rasteriser")
    asked.add_argument("--matplotlib", type=int, default=3_000, help="drawn by matplotlib, in addition")
    asked.add_argument("--steps", type=int, default=12_000, help="of 32 pictures each")
    asked.add_argument("--fresh", type=int, default=1_500, help="to calibrate on, and as many to measure on")
    asked.add_argument("--go-on", type=Path, help="weights.npz of an earlier training to start from")
    asked.add_argument("--rate", type=float, default=2.5e-3, help="of learning, at its highest")
    asked.add_argument("--out", type=Path, default=Path("eyes"))
    asked.add_argument("--only-measure", action="store_true", help="the shipped model, on fresh pictures")
    options = asked.parse_args()
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.only_measure:
        made(options)
    measured(options)


def made(options: argparse.Namespace) -> None:
    import reson.agent.reading.picture as home
    from reson.agent.reading.picture.eyes import WEIGHTS
    from reson.evals.eyes.dataset import collected, draw, joined
    from reson.evals.eyes.fitting import ship
    from reson.evals.eyes.mpl_pictures import make_by_matplotlib
    from reson.evals.eyes.network import start
    from reson.evals.eyes.own_figures import own_figures
    from reson.evals.eyes.training import restore, save, train

    data = joined(
        [
            draw(options.pictures, options.seed),
            draw(options.matplotlib, options.seed, make_by_matplotlib),
            collected(own_figures([TRAINING_CHIP], restyled=3)),
        ]
    )
    say = partial(print, flush=True)
    begin = restore(options.go_on) if options.go_on else start(options.seed)
    kept = options.out / "weights.npz"
    weights = train(begin, data, options.steps, options.seed, options.rate, say, kept)
    save(weights, kept)
    target = Path(str(home.__file__)).parent / WEIGHTS
    say(ship(weights, draw(options.fresh, CALIBRATION), target))


def measured(options: argparse.Namespace) -> None:
    from reson.evals.eyes.dataset import collected, draw
    from reson.evals.eyes.measuring import document, foreign_told, seen, seen_in_gallery, shares, table
    from reson.evals.eyes.mpl_pictures import make_by_matplotlib
    from reson.evals.eyes.own_figures import own_figures
    from reson.evals.eyes.pictures import make

    sets = {
        "our rasteriser, fresh seeds": seen(draw(options.fresh, MEASURING)),
        "matplotlib": seen(draw(max(options.fresh // 3, 1), BY_MATPLOTLIB, make_by_matplotlib)),
        "our own figures, the gallery": seen_in_gallery(),
        "our own figures of another chip": seen(collected(own_figures([OTHER_CHIP]))),
    }
    whole = {}
    for name, found in sets.items():
        whole[name] = document(found)
        lines = table(shares(found, lambda one: one.family))
        print(f"\n{name}: ECE {whole[name]['calibration_error']:.3f}", *lines, sep="\n", flush=True)
    told = foreign_told(draw(200, FOREIGN_SEED, partial(make, family="foreign")))
    whole["no such plot: never a sure success"] = told.to_json()
    print(f"\nno such plot, never a sure success: {told}")
    (options.out / "measured.json").write_text(json.dumps(whole, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
