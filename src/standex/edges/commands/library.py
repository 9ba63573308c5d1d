"""``standex library``: look at spectra and spectral libraries, and make libraries from spectra.

Without a word behind it, the libraries that come with the package are listed. A site's own library
stays where the site keeps it and is named by its path.
"""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from standex.edges.commands.console import say
from standex.edges.library_build import build_entry
from standex.edges.library_recipe import find_recipes
from standex.edges.spectra import MeasuredSpectrum, read_spectrum
from standex.edges.spectra.sketch import sketch
from standex.edges.spectral_library import (
    SUFFIX,
    is_library,
    load_library,
    save_library,
    shipped_libraries,
)
from standex.model.errors import StandexError
from standex.sensing.laser.library import SpectralLibrary

_UNITS = {"per_cm": "per cm", "nm": "nm", "um": "um", "pixel": "pixels"}
_MOST_SKETCHED = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(dest="action", metavar="list|show|build")
    listed = actions.add_parser("list", help="the libraries that come with the package")
    show = actions.add_parser("show", help="a library, or a file of spectra in any known format")
    show.add_argument("file", help="a shipped library by name, or a path")
    show.add_argument(
        "--axis-unit", choices=sorted(_UNITS), help="where a text file does not say it"
    )
    build = actions.add_parser("build", help="make a library from measured spectra")
    build.add_argument(
        "files",
        nargs="+",
        type=Path,
        help="measured files with FILE.toml beside each, or a recipe (*.toml) of many",
    )
    build.add_argument("--out", type=Path, required=True, help=f"file to write (*{SUFFIX})")
    build.add_argument("--name", help="of the library; by default that of the file")
    build.add_argument("--version", default="1", help="changes whenever an entry does")
    build.add_argument("--kind", choices=["raman", "libs", "ir"], default="raman")
    build.add_argument("--data", type=Path, help="folder that the files of a recipe lie in")
    for one in (listed, show, build):
        # Said before or behind the action; without a default here, that of the command stays.
        for flag in ("--json", "--debug"):
            one.add_argument(
                flag, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
            )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    if args.action == "show":
        return _show(args)
    if args.action == "build":
        return _build(args)
    libraries = [(name, load_library(name)) for name in shipped_libraries()]
    lines = [
        f"{name:<20} {library.kind}, {len(library.entries)} entries: {', '.join(library.names)}"
        for name, library in libraries
    ]
    document = {
        "libraries": [
            {"name": name, "kind": library.kind, "entries": list(library.names)}
            for name, library in libraries
        ]
    }
    say(args, document, *(lines or ["no libraries come with this package"]))
    return 0


def _build(args: argparse.Namespace) -> int:
    recipes = find_recipes(args.files, folder=args.data)
    entries = tuple(build_entry(path, recipe, kind=args.kind) for path, recipe in recipes)
    name = args.name or args.out.name.removesuffix(SUFFIX)
    try:
        library = SpectralLibrary(
            library_id=f"{name}-{args.version}", kind=args.kind, entries=entries
        )
    except ValueError as error:
        raise StandexError(f"no library can be made of these files: {error}") from error
    save_library(library, args.out)
    size_kb = args.out.stat().st_size / 1000
    document = {**_library_document(library), "path": str(args.out), "bytes": int(size_kb * 1000)}
    say(
        args,
        document,
        f"library {library.library_id} in {args.out}: {len(entries)} entries, {size_kb:.0f} kB",
        f"  look at it with: standex library show {args.out}",
    )
    return 0


def _show(args: argparse.Namespace) -> int:
    path = Path(args.file)
    if args.file in shipped_libraries() or path.suffix == SUFFIX or is_library(path):
        library = load_library(args.file)
        _print(args, _library_document(library), *_library_view(library))
        return 0
    spectra = read_spectrum(path, axis_unit=args.axis_unit)
    _print(args, {"spectra": [_document(one) for one in spectra]}, *_spectra_view(path, spectra))
    return 0


def _print(args: argparse.Namespace, document: dict[str, Any], *parts: RenderableType) -> None:
    if args.json:
        say(args, document)
        return
    console = Console()
    for part in parts:
        console.print(part, highlight=False)


def _library_document(library: SpectralLibrary) -> dict[str, Any]:
    return {
        "library_id": library.library_id,
        "kind": library.kind,
        "entries": [
            {
                "name": entry.name,
                "item_class": entry.item_class,
                "origin": entry.origin.value,
                "laser_nm": entry.laser_nm or None,
                "from_per_cm": float(entry.axis_per_cm[0]),
                "to_per_cm": float(entry.axis_per_cm[-1]),
                "n_samples": len(entry.axis_per_cm),
                "licence": entry.licence,
                "provenance": entry.provenance,
            }
            for entry in library.entries
        ],
    }


def _library_view(library: SpectralLibrary) -> list[RenderableType]:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("entry", "class", "per cm", "laser", "licence", "spectrum"):
        table.add_column(heading, no_wrap=heading != "licence")
    for entry in library.entries:
        simulated = " (simulated)" if entry.origin.value == "simulated" else ""
        table.add_row(
            Text(entry.name + simulated),
            Text(entry.item_class),
            f"{entry.axis_per_cm[0]:.0f} to {entry.axis_per_cm[-1]:.0f}",
            f"{entry.laser_nm:g} nm" if entry.laser_nm else "-",
            Text(entry.licence),
            Text(sketch(entry.intensity, columns=24, rows=1)[0]),
        )
    sources = [Text(f"{entry.name}: {entry.provenance}", "dim") for entry in library.entries]
    head = f"library {library.library_id}: {library.kind}, {len(library.entries)} entries"
    return [Text(head, "bold"), table, Text("sources"), *sources]


def _spectra_view(path: Path, spectra: tuple[MeasuredSpectrum, ...]) -> list[RenderableType]:
    n = len(spectra)
    parts: list[RenderableType] = [
        Text(f"{path.name}: {n} measurement{'' if n == 1 else 's'}", "bold")
    ]
    for one in spectra[:_MOST_SKETCHED]:
        table = Table.grid(padding=(0, 2))
        for key, value in _said(one):
            style = "dim" if value == "not said" else ""
            table.add_row(Text(key, "bold"), Text(value, style))
        parts += [Text(), table]
        parts += [Text(line) for line in sketch(one.counts.mean(axis=0), columns=60, rows=4)]
    if n > _MOST_SKETCHED:
        parts.append(Text(f"and {n - _MOST_SKETCHED} more; --json names them all", "dim"))
    return parts


def _said(one: MeasuredSpectrum) -> list[tuple[str, str]]:
    """Return what there is to say of a spectrum; what is not known is said to be so."""
    unit = _UNITS[one.axis_unit] if one.axis_unit else "of a unit that the file does not say"
    low, high = one.counts.min(), one.counts.max()
    numbers = (
        ("laser", one.laser_nm, "nm"),
        ("power", one.power_mw, "mW"),
        ("exposure", one.exposure_s, "s"),
        ("accumulations", one.accumulations, ""),
        ("range", one.range_m, "m"),
        ("gain", one.gain_e_per_count, "electrons a count"),
        ("read noise", one.read_noise_e, "electrons"),
    )
    return [
        ("name", one.name),
        ("axis", f"{one.axis[0]:.6g} to {one.axis[-1]:.6g} {unit}, {len(one.axis)} channels"),
        ("spectra", f"{len(one.counts)}{', and one of the dark' if one.dark is not None else ''}"),
        ("intensity", f"{low:.6g} to {high:.6g} {one.counts_unit or '(unit not said)'}"),
        *(
            (key, "not said" if value is None else f"{value:.6g} {suffix}".strip())
            for key, value, suffix in numbers
        ),
        ("instrument", one.instrument or "not said"),
        ("from", one.provenance),
    ]


def _document(one: MeasuredSpectrum) -> dict[str, Any]:
    return {
        "name": one.name,
        "axis_unit": one.axis_unit,
        "axis_first": float(one.axis[0]),
        "axis_last": float(one.axis[-1]),
        "n_channels": len(one.axis),
        "n_spectra": len(one.counts),
        "has_dark": one.dark is not None,
        "counts_unit": one.counts_unit,
        "exposure_s": one.exposure_s,
        "accumulations": one.accumulations,
        "laser_nm": one.laser_nm,
        "power_mw": one.power_mw,
        "range_m": one.range_m,
        "gain_e_per_count": one.gain_e_per_count,
        "read_noise_e": one.read_noise_e,
        "instrument": one.instrument,
        "provenance": one.provenance,
    }
