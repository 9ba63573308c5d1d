"""``standex sensor``: start a sensor of your own, and check whether it holds.

``new`` writes a folder to start from; ``check`` reads the sensor for a few seconds and says of
every law whether it holds; ``schema`` prints what a message over MQTT may hold.
"""

import argparse
import tomllib
from pathlib import Path
from typing import Any

from standex.edges.clock import SystemClock
from standex.edges.commands.console import say
from standex.edges.interop.mqtt_link import MqttSettings
from standex.edges.interop.mqtt_messages import RECORD_SCHEMA, STATUS_SCHEMA, TASK_SCHEMA
from standex.edges.interop.mqtt_source import MqttSource
from standex.edges.interop.new_sensor import SensorKind, write_sensor
from standex.edges.interop.sensor_check import (
    N_RECORDS,
    SOURCES,
    WAIT_S,
    CheckResult,
    check_folder,
    check_sensor,
    technology_of,
)
from standex.edges.live_ports import LiveSource
from standex.edges.plugins import load_plugins
from standex.edges.settings import load_site
from standex.model.errors import StandexError
from standex.model.site import Site

BROKEN = 1
_SCHEMAS = {"record": RECORD_SCHEMA, "status": STATUS_SCHEMA, "task": TASK_SCHEMA}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(dest="action", metavar="new|check|schema", required=True)
    new = actions.add_parser("new", help="write a folder to start a sensor from")
    new.add_argument("name", help="of the sensor, such as my-sensor-1")
    new.add_argument(
        "--kind",
        choices=[kind.value for kind in SensorKind],
        default=SensorKind.POSITIONS.value,
        help="what it delivers: positions, looks with scores, raw samples (all in Python), or "
        "positions from any language over MQTT",
    )
    new.add_argument("--out", type=Path, help="folder to write (default: the name)")
    check = actions.add_parser("check", help="read a sensor for a while and say what holds")
    check.add_argument(
        "where", help="folder that `new` wrote, or a site: shipped name or path of a site file"
    )
    check.add_argument("--sensor", help="which sensor of the site")
    check.add_argument("--source", metavar="PLUGIN", help="installed plug-in it comes from")
    check.add_argument("--settings", type=Path, metavar="FILE", help="of the plug-in, as TOML")
    check.add_argument("--mqtt", metavar="HOST:PORT", help="broker it comes from")
    check.add_argument("--plain", action="store_true", help="broker on this computer without TLS")
    check.add_argument("--ca", type=Path, help="who signed the broker's certificate")
    check.add_argument("--certificate", type=Path, help="our own certificate for the broker")
    check.add_argument("--key", type=Path, help="that goes with it")
    check.add_argument("--user", default="", help="at the broker")
    check.add_argument("--password-file", type=Path, help="of that user")
    check.add_argument("--records", type=int, default=N_RECORDS, help="to read")
    check.add_argument("--wait", type=float, default=WAIT_S, metavar="S", help="for all of them")
    schema = actions.add_parser("schema", help="JSON Schema of a message over MQTT")
    schema.add_argument("message", choices=sorted(_SCHEMAS))
    for one in (new, check, schema):
        # Said before or behind the action; without a default here, that of the command stays.
        for flag in ("--json", "--debug"):
            one.add_argument(
                flag, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
            )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    if args.action == "new":
        return _new(args)
    if args.action == "schema":
        args.json = True
        say(args, _SCHEMAS[args.message])
        return 0
    return _check(args)


def _new(args: argparse.Namespace) -> int:
    folder = args.out or Path(args.name)
    files = write_sensor(args.name, SensorKind(args.kind), folder)
    say(
        args,
        {"folder": str(folder), "files": [str(path) for path in files]},
        *(f"  {path}" for path in files),
        f"read {folder / 'README.md'}; put your device where it says HERE",
    )
    return 0


def _check(args: argparse.Namespace) -> int:
    if args.records < 2 or not args.wait > 0:
        raise StandexError("--records must be 2 or more, and --wait above 0")
    folder = Path(args.where)
    if (folder / "pyproject.toml").exists():
        results = check_folder(folder, n_records=args.records, wait_s=args.wait)
    else:
        site = load_site(args.where)
        if not args.sensor:
            raise StandexError("name the sensor to check with --sensor")
        if args.sensor not in [spec.sensor_id for spec in site.sensors]:
            known = ", ".join(spec.sensor_id for spec in site.sensors)
            raise StandexError(f"site {site.site_id} has no sensor {args.sensor!r}; it has {known}")
        clock = SystemClock()
        results = check_sensor(
            site,
            args.sensor,
            _source(args, site, clock),
            technology_of(site.sensor(args.sensor), site),
            clock=clock,
            n_records=args.records,
            wait_s=args.wait,
        )
    return _tell(args, results)


def _source(args: argparse.Namespace, site: Site, clock: SystemClock) -> LiveSource:
    if args.mqtt:
        host, _, port = args.mqtt.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise StandexError(f"--mqtt {args.mqtt}: must be HOST:PORT, such as 127.0.0.1:1883")
        broker = MqttSettings(
            host=host,
            port=int(port),
            username=args.user,
            password_file=args.password_file,
            ca_file=args.ca,
            certificate_file=args.certificate,
            key_file=args.key,
            is_plain=args.plain,
        )
        return MqttSource(broker, site_id=site.site_id, sensors=(args.sensor,), clock=clock)
    if args.source:
        factory = load_plugins(SOURCES, [args.source])[args.source]
        return factory(_settings(args.settings), site, (args.sensor,), clock)
    raise StandexError("say where its records come from: --source PLUGIN or --mqtt HOST:PORT")


def _settings(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StandexError(f"{path}: cannot be read as TOML ({error})") from error


def _tell(args: argparse.Namespace, results: tuple[CheckResult, ...]) -> int:
    is_kept = all(result.is_kept for result in results)
    document = {
        "holds": is_kept,
        "laws": [
            {"law": one.law, "is_kept": one.is_kept, "message": one.message} for one in results
        ],
    }
    lines = [
        f"{'holds ' if one.is_kept else 'BROKEN'}  {one.law}\n        {one.message}"
        for one in results
    ]
    say(args, document, *lines, "the sensor holds" if is_kept else "the sensor does not hold yet")
    return 0 if is_kept else BROKEN
