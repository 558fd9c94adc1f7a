"""Makes the generated page and the pictures of docs/ from a real night on a simulated chip: ``make docs``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from reson.agent.lab import open_lab
from reson.agent.launch import Plan, start
from reson.records import Verdict
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.catalogue_page import catalogue_page
from reson.tools.store.measurements import list_measurements

DOCS = Path(__file__).parent
SEED = 7


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        lab = open_lab(Path(directory), seed=SEED)
        ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: print(kind, end=" ", flush=True))
        store = lab.store()
        pictures = DOCS / "pictures"
        pictures.mkdir(exist_ok=True)
        for name in CATALOGUE:
            rows = list_measurements(store, run_id=ended.run_id, experiment=name, component="q0")
            good = [row for row in rows if row.judgement is not None and row.judgement.verdict is Verdict.ACCEPT]
            assert good[0].figure_sha is not None
            shutil.copyfile(store.blobs.path(good[0].figure_sha, ".png"), pictures / f"{name}.png")
    (DOCS / "catalogue.md").write_text(catalogue_page("pictures"), encoding="utf-8")
    print(f"\n{ended.ending}: wrote {DOCS / 'catalogue.md'} and {len(CATALOGUE)} pictures")


if __name__ == "__main__":
    main()
