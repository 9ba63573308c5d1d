"""The part of ``standex accounts`` that is about sensors: their certificates and tokens.

``authority`` makes the key that signs certificates; it is needed for nothing else, and can be kept
on another machine. A certificate or token is bound to one sensor of the site, and to the level on
which the survey has it.
"""

import argparse
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standex.edges.access.access_event import AccessAction
from standex.edges.access.account import AccessError
from standex.edges.access.private_file import write_private
from standex.edges.access.sensor_papers import Paper, PaperKind, SensorPapers, check_days
from standex.edges.commands.accounts_desk import Desk
from standex.edges.commands.console import say
from standex.edges.settings import load_site
from standex.model.site import Site

if TYPE_CHECKING:
    from standex.edges.access.authority import Issued

_ACTIONS = {
    "authority": "make the key that certificates of a site are signed with",
    "sensor-certificate": "make a certificate for a sensor",
    "service-certificate": "make a certificate for the service itself",
    "sensor-token": "make a token for a sensor that has no certificate",
    "sensors": "certificates and tokens that were made",
    "sensor-revoke": "make certificates and tokens of a sensor void",
}


def add_sensor_arguments(
    add: Callable[..., argparse.ArgumentParser],
) -> dict[str, argparse.ArgumentParser]:
    """Add these actions by ``add``, and return the parser of each."""
    parts = {name: add(name, help=what) for name, what in _ACTIONS.items()}
    parts["authority"].add_argument("folder", type=Path, help="for authority.key and .crt")
    for name in ("sensor-certificate", "sensor-token", "sensor-revoke"):
        parts[name].add_argument("sensor", help="as the site calls it")
    parts["service-certificate"].add_argument("host", nargs="+", help="name or address")
    for name in ("authority", "sensor-certificate", "sensor-token"):
        parts[name].add_argument("--site", required=True, help="shipped site or a site file")
    for name in ("sensor-certificate", "service-certificate"):
        parts[name].add_argument("--authority", type=Path, required=True, help="its folder")
        parts[name].add_argument("--out", type=Path, default=Path(), help="folder for the files")
    for name in ("sensor-certificate", "service-certificate", "sensor-token"):
        parts[name].add_argument("--days", type=float, default=90.0, help="that it is good for")
    parts["sensor-revoke"].add_argument(
        "--paper", default="", help="this one only: the beginning of its id"
    )
    return parts


def _authority(desk: Desk) -> int:
    from standex.edges.access import authority  # noqa: PLC0415 - an optional package

    folder, site = desk.args.folder, load_site(desk.args.site)
    with desk.deed(AccessAction.MAKE_AUTHORITY, site.site_id, ""):
        authority.make_authority(folder, site_id=site.site_id, now_utc_ns=desk.clock.utc_ns())
    certificate, key = folder / authority.CERTIFICATE, folder / authority.KEY
    say(
        desk.args,
        {"certificate": str(certificate), "key": str(key)},
        f"{certificate}: for sensors and the service, to know each other by",
        f"{key}: signs certificates; keep it where nobody else reads",
    )
    return 0


def _sensor_certificate(desk: Desk) -> int:
    from standex.edges.access.authority import load_authority  # noqa: PLC0415

    args, site = desk.args, load_site(desk.args.site)
    zone = _zone_of(site, args.sensor)
    check_days(args.days)
    authority = load_authority(args.authority)
    issued = authority.for_sensor(
        args.sensor,
        site_id=site.site_id,
        zone=zone,
        days=args.days,
        now_utc_ns=desk.clock.utc_ns(),
    )
    detail = f"{site.site_id}, {zone}, {issued.fingerprint}"
    with desk.deed(AccessAction.ISSUE_CERTIFICATE, args.sensor, detail):
        files = _write(args.out, args.sensor, issued)
        # Kept last: a certificate whose files could not be written lets nobody in.
        SensorPapers(desk.store, clock=desk.clock).keep(
            issued.fingerprint,
            kind=PaperKind.CERTIFICATE,
            sensor_id=args.sensor,
            zone=zone,
            expires_utc_ns=issued.expires_utc_ns,
        )
    return _say_issued(desk, f"sensor {args.sensor} on {zone}", issued, files)


def _service_certificate(desk: Desk) -> int:
    from standex.edges.access.authority import load_authority  # noqa: PLC0415

    args = desk.args
    check_days(args.days)
    authority = load_authority(args.authority)
    issued = authority.for_service(args.host, days=args.days, now_utc_ns=desk.clock.utc_ns())
    with desk.deed(AccessAction.ISSUE_CERTIFICATE, "service", ", ".join(args.host)):
        files = _write(args.out, "service", issued)
    return _say_issued(desk, f"the service at {', '.join(args.host)}", issued, files)


def _sensor_token(desk: Desk) -> int:
    args, site = desk.args, load_site(desk.args.site)
    zone = _zone_of(site, args.sensor)
    check_days(args.days)
    with desk.deed(AccessAction.ISSUE_TOKEN, args.sensor, f"{site.site_id}, {zone}"):
        papers = SensorPapers(desk.store, clock=desk.clock)
        token, paper = papers.new_token(args.sensor, zone=zone, days=args.days)
    say(
        args,
        {"token": token, **_document(paper)},
        f"token of sensor {args.sensor} on {zone}, good until {_day(paper.expires_utc_ns)}:",
        token,
        "it is shown this once",
    )
    return 0


def _sensors(desk: Desk) -> int:
    papers = SensorPapers(desk.store, clock=desk.clock).every()
    now = desk.clock.utc_ns()
    say(
        desk.args,
        {"papers": [_document(paper) for paper in papers]},
        *([_line(paper, now) for paper in papers] or ["no certificate and no token was made yet"]),
    )
    return 0


def _sensor_revoke(desk: Desk) -> int:
    args = desk.args
    with desk.deed(AccessAction.REVOKE_SENSOR, args.sensor, args.paper):
        papers = SensorPapers(desk.store, clock=desk.clock)
        revoked = papers.revoke(args.sensor, paper_id=args.paper)
    say(
        args,
        {"revoked": [_document(paper) for paper in revoked]},
        *(f"{paper.kind} {paper.paper_id[:16]} of {paper.sensor_id} is void" for paper in revoked),
    )
    return 0


SENSOR_ACTS: dict[str, Callable[[Desk], int]] = {
    "authority": _authority,
    "sensor-certificate": _sensor_certificate,
    "service-certificate": _service_certificate,
    "sensor-token": _sensor_token,
    "sensors": _sensors,
    "sensor-revoke": _sensor_revoke,
}


def _zone_of(site: Site, sensor_id: str) -> str:
    """Return the level on which a site has a sensor."""
    zones = {spec.sensor_id: spec.level_id for spec in site.sensors}
    if sensor_id not in zones:
        raise AccessError(
            f"site {site.site_id!r} has no sensor {sensor_id!r}; it has {', '.join(sorted(zones))}"
        )
    return zones[sensor_id]


def _write(folder: Path, name: str, issued: "Issued") -> tuple[Path, Path]:
    """Write a certificate and its key beside each other."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    if Path(name).name != name:
        raise AccessError(f"a file cannot be named after {name!r}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_private(key, issued.key_pem)
        certificate.write_bytes(issued.certificate_pem)
    except OSError as error:
        raise AccessError(f"{folder} cannot be written ({error.strerror})") from error
    return certificate, key


def _say_issued(desk: Desk, whom: str, issued: "Issued", files: Iterable[Path]) -> int:
    certificate, key = files
    say(
        desk.args,
        {
            "certificate": str(certificate),
            "key": str(key),
            "fingerprint": issued.fingerprint,
            "expires_utc_ns": issued.expires_utc_ns,
        },
        f"{certificate}: of {whom}, good until {_day(issued.expires_utc_ns)}",
        f"{key}: its key; take it there and leave no copy",
    )
    return 0


def _document(paper: Paper) -> dict[str, Any]:
    return {
        "paper_id": paper.paper_id,
        "kind": paper.kind.value,
        "sensor_id": paper.sensor_id,
        "zone": paper.zone,
        "made_utc_ns": paper.made_utc_ns,
        "expires_utc_ns": paper.expires_utc_ns,
        "revoked_utc_ns": paper.revoked_utc_ns,
    }


def _line(paper: Paper, now_utc_ns: int) -> str:
    state = f"good until {_day(paper.expires_utc_ns)}"
    if paper.revoked_utc_ns:
        state = f"revoked on {_day(paper.revoked_utc_ns)}"
    elif now_utc_ns >= paper.expires_utc_ns:
        state = f"ran out on {_day(paper.expires_utc_ns)}"
    return f"{paper.sensor_id} on {paper.zone}  {paper.kind} {paper.paper_id[:16]}  {state}"


def _day(t_utc_ns: int) -> str:
    return datetime.fromtimestamp(t_utc_ns * 1e-9, UTC).strftime("%Y-%m-%d")
