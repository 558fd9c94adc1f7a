"""Makes the generated page and the pictures of docs/ from a real night on a simulated chip: ``make docs``.

The photograph of the report needs Debian's chromium.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from reson.agent.lab import open_lab
from reson.agent.launch import Plan, start
from reson.records import Verdict
from reson.tools.devices.simulated.fault_page import faults_page
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.catalogue_page import catalogue_page
from reson.tools.store.measurements import list_measurements

DOCS = Path(__file__).parent
SEED = 7
CHROMIUM = (
    "chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --window-size=1280,1180"
)


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        lab = open_lab(Path(directory), seed=SEED)
        ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
        store = lab.store()
        pictures = DOCS / "pictures"
        pictures.mkdir(exist_ok=True)
        for name in CATALOGUE:
            rows = list_measurements(store, run_id=ended.run_id, experiment=name, component="q0")
            good = [row for row in rows if row.judgement is not None and row.judgement.verdict is Verdict.ACCEPT]
            assert good[0].figure_sha is not None
            shutil.copyfile(store.blobs.path(good[0].figure_sha, ".png"), pictures / f"{name}.png")
        photograph(ended.report, pictures / "report.png", Path(directory) / "browser")
    (DOCS / "faults.md").write_text(faults_page(), encoding="utf-8")
    (DOCS / "catalogue.md").write_text(catalogue_page("pictures"), encoding="utf-8")
    print(f"\n{ended.ending}: wrote {DOCS / 'catalogue.md'} and {len(CATALOGUE)} pictures")


def photograph(page: Path, picture: Path, profile: Path) -> None:
    command = [*CHROMIUM.split(), f"--user-data-dir={profile}", f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
