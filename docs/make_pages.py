"""Makes the generated pages of docs/, and the picture of a report from a real night on a simulated chip: ``make docs``.

The plots of the catalogue are those of the gallery (``make gallery``). The photograph needs Debian's chromium.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from reson.agent.lab import open_lab
from reson.agent.lab_file import NEW_CHIP
from reson.agent.launch import Plan, start
from reson.prompts.gallery import gallery
from reson.tools.devices.simulated.fault_page import faults_page
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.catalogue_page import Plot, catalogue_page

DOCS = Path(__file__).parent
SEED = 7
CHROMIUM = (
    "chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --window-size=1280,1180"
)


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        lab = open_lab(Path(directory), seed=SEED, chip=NEW_CHIP)
        ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
        pictures = DOCS / "pictures"
        pictures.mkdir(exist_ok=True)
        photograph(ended.report, pictures / "report.png", Path(directory) / "browser")
    (DOCS / "faults.md").write_text(faults_page(), encoding="utf-8")
    (DOCS / "catalogue.md").write_text(catalogue_page(plots_of_the_gallery()), encoding="utf-8")
    print(f"\n{ended.ending}: wrote the pages of {len(CATALOGUE)} experiments and of the faults")


def plots_of_the_gallery() -> dict[str, list[Plot]]:
    """The reference plots of each experiment, with their places relative to docs/."""
    plots: dict[str, list[Plot]] = {}
    for one in gallery():
        file = f"../prompts/gallery/{one.path.name}"
        plots.setdefault(one.experiment, []).append(Plot(one.status, file, one.made))
    return plots


def photograph(page: Path, picture: Path, profile: Path) -> None:
    command = [*CHROMIUM.split(), f"--user-data-dir={profile}", f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
