"""Writes the picture to the disk every second, and at once when a check was requested."""

import hashlib
from typing import final

import anyio
from anyio.to_thread import run_sync

from standex.edges.clock import Clock
from standex.edges.service.checkpoint import CheckpointError, CheckpointFile, checkpoint_of
from standex.model.event import Alert, Event
from standex.model.picture import Picture


def digest_of_site(site_toml: str) -> str:
    """Return what tells one site file from another."""
    return hashlib.sha256(site_toml.encode()).hexdigest()


@final
class Checkpointer:
    """A listener of the single writer, and the task that writes; both in one event loop.

    Attributes:
        problem: why the last one could not be written; empty when it could.
        n_written: so far.
        size_bytes: of the last one.
    """

    def __init__(
        self,
        file: CheckpointFile,
        *,
        site_id: str,
        site_digest: str,
        software_version: str,
        period_s: float,
        clock: Clock,
    ) -> None:
        """Write into ``file`` every ``period_s``."""
        self.problem = ""
        self.n_written = self.size_bytes = 0
        self._file = file
        self._site_id, self._site_digest = site_id, site_digest
        self._software_version = software_version
        self._period_s = period_s
        self._clock = clock
        self._picture: Picture | None = None
        self._is_urgent = anyio.Event()

    def __call__(self, picture: Picture, events: tuple[Event, ...]) -> None:
        """Take note of the picture after a step."""
        self._picture = picture
        if any(isinstance(event, Alert) for event in events):
            self._is_urgent.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            with anyio.move_on_after(self._period_s):
                await self._is_urgent.wait()
            self._is_urgent = anyio.Event()
            await self.write()

    async def write(self, *, is_clean: bool = False) -> None:
        """Write the picture as it is now."""
        picture = self._picture
        if picture is None:
            return
        try:
            self.size_bytes = await run_sync(self._write, picture, is_clean)
        except CheckpointError as error:
            self.problem = str(error)
        else:
            self.problem = ""
            self.n_written += 1

    def _write(self, picture: Picture, is_clean: bool) -> int:
        return self._file.write(
            checkpoint_of(
                picture,
                site_id=self._site_id,
                site_digest=self._site_digest,
                software_version=self._software_version,
                written_utc_ns=self._clock.utc_ns(),
                is_clean=is_clean,
            )
        )
