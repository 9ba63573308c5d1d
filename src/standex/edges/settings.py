"""Site files: TOML in, a checked :class:`~standex.model.site.Site` out.

A site must not start half understood, so every problem found is told, all at once: a key nobody
reads, a value out of its range, a sensor on a floor that does not exist.
"""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from standex.edges.site_problems import problems_between, problems_of_shape
from standex.edges.site_tables import SiteTable
from standex.edges.toml_text import toml_table
from standex.model.errors import SiteError
from standex.model.site import Site
from standex.twin.crowd.plan import CrowdPlan


def shipped_sites() -> tuple[str, ...]:
    """Return the names of the sites that come with the package."""
    folder = resources.files("standex") / "sites"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in names if name.endswith(".toml")))


def site_text(path_or_name: str | Path) -> str:
    """Return the text of a site file.

    Args:
        path_or_name: a bare name such as ``metro`` is a shipped site; anything with a folder or
            an ending is a file.

    Raises:
        SiteError: there is no such site, or it cannot be read as text.
    """
    name = str(path_or_name)
    if name in shipped_sites():
        return (resources.files("standex") / "sites" / f"{name}.toml").read_text("utf-8")
    shipped = ", ".join(shipped_sites())
    try:
        return Path(path_or_name).read_text("utf-8")
    except FileNotFoundError:
        hint = f"shipped sites: {shipped}; or give the path of a site file"
        raise SiteError(f"no site {name!r}: there is no such file; {hint}") from None
    except UnicodeDecodeError as error:
        raise SiteError(f"site {name}: not UTF-8 text ({error}); save it as UTF-8") from error
    except (OSError, ValueError) as error:
        raise SiteError(f"site {name}: cannot be read ({error}); shipped: {shipped}") from error


def load_site(path_or_name: str | Path) -> Site:
    """Return a shipped site by its name, or a site file by its path.

    Raises:
        SiteError: it cannot be found, read or used; the message lists every problem.
    """
    return parse_site(site_text(path_or_name), where=str(path_or_name))


def load_crowd(path_or_name: str | Path) -> CrowdPlan | None:
    """Return the crowd that a site's ``[crowd]`` table describes, or None where it has none.

    Raises:
        SiteError: the site cannot be found, read or used; the message lists every problem.
    """
    return parse_crowd(site_text(path_or_name), where=str(path_or_name))


def parse_site(text: str, *, where: str) -> Site:
    """Return the site that a TOML text describes.

    Args:
        text: the content of a site file, for instance as a recording keeps it.
        where: what to call it in messages.

    Raises:
        SiteError: it is not TOML or not a site; the message lists every problem.
    """
    site, _ = _parse(text, where)
    return site


def parse_crowd(text: str, *, where: str) -> CrowdPlan | None:
    """Return the crowd that the TOML text of a site describes, or None where it has none.

    Args:
        text: the content of a site file.
        where: what to call it in messages.

    Raises:
        SiteError: it is not TOML or not a site; the message lists every problem.
    """
    _, crowd = _parse(text, where)
    return crowd


def _parse(text: str, where: str) -> tuple[Site, CrowdPlan | None]:
    try:
        table = toml_table(text)
    except ValueError as error:
        raise SiteError(f"site {where}: not valid TOML: {error}") from error
    try:
        site_table = SiteTable.model_validate(table)
    except ValidationError as error:
        problems = problems_of_shape(error.errors(include_url=False), table, text)
        raise SiteError(_message(where, problems)) from None
    problems = list(problems_between(site_table))
    if problems:
        raise SiteError(_message(where, problems))
    try:
        site = site_table.to_core()
        site.log_prior()
        # A site that would not walk must not load either.
        crowd = site_table.to_crowd()
    except ValueError as error:
        raise SiteError(_message(where, [str(error)])) from error
    return site, crowd


def _message(where: str, problems: Sequence[str]) -> str:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"site {where}: {count}", *(f"  - {problem}" for problem in problems)])
