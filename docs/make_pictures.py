"""Make the pictures of the README and the gallery from a run of the demo.

Usage: python docs/make_pictures.py    (a minute and a half; needs Chromium)
"""

import argparse
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import final

from rich.console import Console

from standex.edges.commands.run import twin_session
from standex.edges.commands.session import conduct
from standex.edges.live_status import LiveStatus
from standex.edges.settings import load_site, site_text
from standex.edges.terminal import NoView, screen
from standex.edges.trajectories.shipped import load_shipped

GALLERY = Path(__file__).parent / "gallery"
COLUMNS, ROWS = 150, 44
SECONDS = 60.0
VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@final
class Keeper(NoView):
    """Keeps the moment with most to see: alarms in reach, then people."""

    best: LiveStatus | None = None
    _most = (-1, -1)

    def show(self, status: LiveStatus, /) -> None:
        people = int(status.picture.tracks.is_confirmed.sum())
        alarmed = sum(bool(p.alert_id) for p in status.picture.passages.values())
        if (alarmed, people) > self._most:
            self._most, self.best = (alarmed, people), status


def main() -> int:
    GALLERY.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        args = argparse.Namespace(
            seed=1, duration=SECONDS, fault=[], out=out, plain=True, lab=False, json=False
        )
        session = twin_session(
            args,
            name="demo",
            site=load_site("metro"),
            site_toml=site_text("metro"),
            trajectories=load_shipped("corridor"),
        )
        keeper = Keeper()
        conduct(session, args, view=keeper)
        if keeper.best is None:
            print("nothing was shown", file=sys.stderr)
            return 1
        console = Console(record=True, width=COLUMNS, height=ROWS, file=io.StringIO())
        console.print(screen(keeper.best, columns=COLUMNS, rows=ROWS))
        terminal = Path(folder) / "terminal.svg"
        console.save_svg(str(terminal), title="standex demo")
        width, height = (float(n) for n in VIEW_BOX.search(terminal.read_text("utf-8")).groups())
        browser = shutil.which("chromium") or shutil.which("chromium-browser")
        if browser is None:
            print("no Chromium: the pictures are left as they were", file=sys.stderr)
            return 0
        for source, target, size in (
            (out / "report.html", GALLERY / "report.png", "1280,2600"),
            (terminal, GALLERY / "terminal.png", f"{width:.0f},{height:.0f}"),
        ):
            subprocess.run(
                [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={size}",
                 "--disable-background-networking", f"--screenshot={target}", source.as_uri()],
                check=True,
                capture_output=True,
            )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
