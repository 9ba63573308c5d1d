"""A running service, accounts on demand, alarms on demand, and browsers that are signed in."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neighbours import loaded

WAIT_MS = 60_000
ALARM_WITHIN_S = 10.0
HERE = Path(__file__).parent
PROGRAM = HERE / "walkers.py"


def until(look: Callable[[], Any], *, within_s: float = WAIT_MS / 1000) -> Any:
    """Return what ``look`` returns once that is true, or fail."""
    end = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < end, f"not within {within_s} s: {look}"
        time.sleep(0.05)
    return seen


class Service:
    """A service that can be killed and comes back at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._n_accounts = 0
        self.running: Any = None
        self.start()
        self.token = self.running.sign_in(str(self.running.link))

    def start(self) -> None:
        """Start it, again where it ran before; the port stays."""
        kills = loaded("reliability/test_kills.py")
        kept, kills.PROGRAM = kills.PROGRAM, PROGRAM
        try:
            self.running = kills.Running(self.folder)
        finally:
            kills.PROGRAM = kept
        port = self.running.http.base_url.port
        file = self.folder / "service.toml"
        file.write_text(re.sub(r"port = \d+", f"port = {port}", file.read_text()))

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.running.kill()

    @property
    def url(self) -> str:
        """Return its address, with a slash at the end."""
        return str(self.running.http.base_url)

    def get(self, path: str) -> Any:
        """Return what the service says to its first account."""
        answer = self.running.http.get(
            f"api/v1/{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def account(self, *roles: str) -> tuple[str, str]:
        """Return the name of a new account and its sign-in token, which works once."""
        self._n_accounts += 1
        name = f"{roles[0]}-{self._n_accounts}"
        answer = self.running.http.post(
            "api/v1/accounts",
            json={"account_id": name, "roles": list(roles)},
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": name},
        )
        assert answer.status_code in (200, 201), answer.text
        return name, answer.json()["link_token"]

    def incidents(self) -> dict[str, Any]:
        """Return all incidents by id."""
        return {one["incident_id"]: one for one in self.get("incidents")["incidents"]}

    def alarm(self) -> str:
        """Let the next person be found with something; return the incident of it."""
        before = set(self.incidents())

        def new() -> list[str]:
            return sorted(set(self.incidents()) - before)

        # A service that is very late has let them pass before it looked: then it is the next one.
        for _ in range(6):
            number = until(loaded(PROGRAM).next_to_be_found)
            with (self.folder / "carriers").open("a") as file:
                file.write(f"{number}\n")
            end = time.monotonic() + ALARM_WITHIN_S
            while time.monotonic() < end:
                if found := new():
                    return found[0]
                time.sleep(0.1)
        raise AssertionError("nobody was found with anything")


class Seat:
    """A browser at which somebody is signed in."""

    def __init__(self, context: Any, service: Service, name: str) -> None:
        self.context, self.service, self.name = context, service, name
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str = "/") -> Any:
        """Go to a page of the console; return the page."""
        self.page.goto(f"{self.service.url.rstrip('/')}{path}")
        self.page.locator("main").wait_for(timeout=WAIT_MS)
        return self.page

    def ask(self, method: str, path: str, body: Any = None) -> int:
        """Ask the service directly with the cookie of this seat; return the status."""
        csrf = self.context.request.get(f"{self.service.url}api/v1/session").json()["csrf_token"]
        answer = self.context.request.fetch(
            f"{self.service.url.rstrip('/')}{path}",
            method=method,
            headers={
                "X-Standex-CSRF": csrf,
                "Idempotency-Key": f"{self.name}{time.monotonic_ns()}",
                "Content-Type": "application/json",
            },
            data=json.dumps({} if body is None else body) if method != "GET" else None,
        )
        return int(answer.status)


def number_of(incident_id: str) -> str:
    """Return the number that people say to each other."""
    return str(int(incident_id.rsplit("-", 1)[-1]))
