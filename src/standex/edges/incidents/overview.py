"""The list of incidents: in which order, what is a flood, and what is grouped in one."""

from collections.abc import Iterable
from dataclasses import dataclass

from standex.edges.incidents.incident import Incident, Priority, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Incidents shown as one line in a flood.

    Attributes:
        priority: of every one of them.
        level_id: floor of every one of them.
        incident_ids: in the order of the list.
    """

    priority: Priority
    level_id: str
    incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The incidents as they are to be shown.

    Attributes:
        order: ids of those that are open and not shelved, most urgent first.
        shelved: ids of those that are put aside.
        is_flood: whether more come than people can work on.
        n_recent: how many came within the time that a flood is judged by.
        groups: in a flood, those of low and medium priority by floor; the others stand alone.
    """

    order: tuple[str, ...]
    shelved: tuple[str, ...]
    is_flood: bool
    n_recent: int
    groups: tuple[Group, ...] = ()


def overview(
    incidents: Iterable[Incident], *, now_utc_ns: int, rules: Rules, was_flood: bool = False
) -> Overview:
    """Return the incidents as they are to be shown.

    By priority, then those that nobody has acknowledged, then the oldest: so no group of lower ones
    can come before a higher one, and no high one is ever in a group. What is an exercise comes
    after everything real, makes no flood, and is in no group.

    Args:
        incidents: all that are kept.
        now_utc_ns: for how many came lately.
        rules: of the site.
        was_flood: whether there was a flood a moment ago: it is over only when it is calm.
    """
    all_of = list(incidents)
    since = now_utc_ns - round(rules.flood_s * 1e9)
    n_recent = sum(one.opened_utc_ns > since and not one.exercise for one in all_of)
    is_flood = n_recent > rules.flood_n or (was_flood and n_recent >= rules.calm_n)
    shown = sorted(
        (one for one in all_of if one.is_open and not one.is_shelved and not one.same_as),
        key=lambda one: (
            bool(one.exercise),
            -one.priority.rank,
            one.is_acknowledged,
            one.opened_utc_ns,
            one.incident_id,
        ),
    )
    shelved = sorted(
        (one for one in all_of if one.is_open and one.is_shelved),
        key=lambda one: (one.shelved_until_utc_ns, one.incident_id),
    )
    return Overview(
        order=tuple(one.incident_id for one in shown),
        shelved=tuple(one.incident_id for one in shelved),
        is_flood=is_flood,
        n_recent=n_recent,
        groups=_groups(shown) if is_flood else (),
    )


def _groups(shown: list[Incident]) -> tuple[Group, ...]:
    members: dict[tuple[Priority, str], list[str]] = {}
    for one in shown:
        if one.priority is not Priority.HIGH and not one.exercise:
            members.setdefault((one.priority, one.level_id), []).append(one.incident_id)
    return tuple(
        Group(priority=priority, level_id=level_id, incident_ids=tuple(ids))
        for (priority, level_id), ids in members.items()
        if len(ids) > 1
    )
