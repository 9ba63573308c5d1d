"""What people can do with an incident, and when: one table, one pure function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from standex.edges.incidents.incident import (
    ActionRefusedError,
    Disposition,
    Happening,
    Incident,
    Reach,
    Rules,
    State,
)


class Act(StrEnum):
    """What can be done.

    Attributes:
        ACKNOWLEDGE: I have seen it; it stops escalating.
        TAKE: it is mine.
        HAND_OVER: somebody else shall take it.
        ESCALATE: it needs more than me.
        NOTE: a word for those who come after.
        SHELVE: put aside, for a reason and a time.
        UNSHELVE: back on the list.
        ACCEPT: I am on my way (responder).
        REACHED: I am with them (responder).
        NOTHING_FOUND: I looked and found nothing (responder).
        FOUND: I found something (responder).
        LOST: I cannot find them (responder).
        RESOLVE: nothing is left to do on the floor.
        CLOSE: this is what it was.
        DISMISS: close without a check, for a reason.
        REOPEN: it was closed too early.
    """

    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    HAND_OVER = "hand_over"
    ESCALATE = "escalate"
    NOTE = "note"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    ACCEPT = "accept"
    REACHED = "reached"
    NOTHING_FOUND = "nothing_found"
    FOUND = "found"
    LOST = "lost"
    RESOLVE = "resolve"
    CLOSE = "close"
    DISMISS = "dismiss"
    REOPEN = "reopen"


_S = State
_WORKED = (_S.NEW, _S.ACKNOWLEDGED, _S.IN_PROGRESS)
_OPEN = (*_WORKED, _S.RESOLVED)

WHEN: dict[Act, tuple[State, ...]] = {
    Act.ACKNOWLEDGE: (_S.NEW,),
    Act.TAKE: _OPEN,
    Act.HAND_OVER: _OPEN,
    Act.ESCALATE: _WORKED,
    Act.NOTE: tuple(State),
    Act.SHELVE: _WORKED,
    Act.UNSHELVE: _WORKED,
    Act.ACCEPT: _WORKED,
    Act.REACHED: (_S.IN_PROGRESS,),
    Act.NOTHING_FOUND: (_S.IN_PROGRESS,),
    Act.FOUND: (_S.IN_PROGRESS,),
    Act.LOST: (_S.IN_PROGRESS,),
    Act.RESOLVE: (_S.ACKNOWLEDGED, _S.IN_PROGRESS),
    Act.CLOSE: (_S.ACKNOWLEDGED, _S.IN_PROGRESS, _S.RESOLVED),
    Act.DISMISS: _OPEN,
    Act.REOPEN: (_S.CLOSED,),
}
"""In which states each can be done."""

NEEDS_WORDS = frozenset({Act.NOTE, Act.SHELVE, Act.DISMISS, Act.ESCALATE, Act.FOUND, Act.REOPEN})
MAX_WORDS = 2000
MAX_HISTORY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that somebody does with an incident; that they may is settled before.

    Attributes:
        act: what.
        by: account.
        t_utc_ns: when.
        request_id: the same one is done once.
        text: why, or what there is to say.
        to: of HAND_OVER: account.
        until_utc_ns: of SHELVE.
        disposition: of CLOSE and DISMISS.
    """

    act: Act
    by: str
    t_utc_ns: int
    request_id: str
    text: str = ""
    to: str = ""
    until_utc_ns: int = 0
    disposition: Disposition | None = None


def acted(incident: Incident, action: Action, rules: Rules) -> Incident:
    """Return the incident after somebody did something; the same one where that was done before.

    Raises:
        ActionRefusedError: it cannot be done now; says why.
    """
    if incident.was_done(action.request_id):
        return incident
    _check(incident, action)
    changed = _CHANGES.get(action.act, _as_it_is)(incident, action, rules)
    return with_line(
        changed,
        Happening(
            t_utc_ns=action.t_utc_ns,
            by=action.by,
            what=action.act.value,
            text=_words(action),
            request_id=action.request_id,
        ),
    )


def with_line(incident: Incident, line: Happening) -> Incident:
    """Return the incident with one more line of history, and its version counted up."""
    kept = incident.history
    if len(kept) >= MAX_HISTORY:  # how it began, and what happened last
        kept = (*kept[: MAX_HISTORY // 2], *kept[MAX_HISTORY // 2 + 1 :])
    return replace(
        incident,
        history=(*kept, line),
        changed_utc_ns=max(incident.changed_utc_ns, line.t_utc_ns),
        version=incident.version + 1,
    )


def possible(incident: Incident) -> tuple[Act, ...]:
    """Return what can be done with an incident as it is, by whoever may."""
    acts = [act for act in Act if incident.state in WHEN[act]]
    if incident.is_shelved:
        acts.remove(Act.SHELVE)
    elif Act.UNSHELVE in acts:
        acts.remove(Act.UNSHELVE)
    if incident.is_exercise_over and Act.REOPEN in acts:
        acts.remove(Act.REOPEN)  # nobody is there
    return tuple(acts)


def _check(incident: Incident, action: Action) -> None:
    name = action.act.value.replace("_", " ")
    if not action.request_id or not action.by:
        raise ValueError("an action needs who does it, and an id of its own")
    if action.act not in possible(incident):
        state = incident.state.value.replace("_", " ")
        shelved = " and shelved" if incident.is_shelved else ""
        raise ActionRefusedError(f"cannot {name}: {incident.incident_id} is {state}{shelved}")
    if action.act in NEEDS_WORDS and not action.text.strip():
        raise ActionRefusedError(f"cannot {name} without words: say why")
    if len(action.text) > MAX_WORDS:
        raise ActionRefusedError(f"at most {MAX_WORDS} characters, got {len(action.text)}")
    if action.act in (Act.CLOSE, Act.DISMISS) and action.disposition is None:
        words = ", ".join(one.value for one in Disposition)
        raise ActionRefusedError(f"cannot {name} without saying what it was: {words}")
    if action.act is Act.DISMISS and action.disposition is Disposition.THREAT:
        raise ActionRefusedError("a threat is not dismissed: acknowledge, resolve, close")


def _words(action: Action) -> str:
    parts = [action.text.strip()]
    if action.to:
        parts.append(f"to {action.to}")
    if action.disposition is not None:
        parts.append(f"it was: {action.disposition.value.replace('_', ' ')}")
    return "; ".join(part for part in parts if part)


def _as_it_is(incident: Incident, _: Action, __: Rules) -> Incident:
    return incident


def _seen(incident: Incident) -> Incident:
    """Return it acknowledged, for whoever does anything with it has seen it."""
    state = State.ACKNOWLEDGED if incident.state is State.NEW else incident.state
    return replace(incident, state=state, escalate_utc_ns=0)


def _acknowledge(incident: Incident, _: Action, __: Rules) -> Incident:
    return _seen(incident)


def _take(incident: Incident, action: Action, _: Rules) -> Incident:
    return replace(_seen(incident), owner=action.by, offered_to="")


def _hand_over(incident: Incident, action: Action, _: Rules) -> Incident:
    if not action.to or action.to == incident.owner:
        raise ActionRefusedError("say to whom, other than who has it")
    if incident.owner and action.by != incident.owner:
        raise ActionRefusedError(f"it is {incident.owner}'s to hand over; take it first")
    return replace(_seen(incident), offered_to=action.to)


def _escalate(incident: Incident, _: Action, __: Rules) -> Incident:
    n = incident.escalations + 1
    return replace(incident, priority=incident.priority.raised, escalations=n)


def _shelve(incident: Incident, action: Action, rules: Rules) -> Incident:
    for_s = (action.until_utc_ns - action.t_utc_ns) * 1e-9
    if not 0 < for_s <= rules.longest_shelved_s:
        raise ActionRefusedError(
            f"can be shelved for up to {rules.longest_shelved_s:.0f} s, not {for_s:.0f} s"
        )
    return replace(_seen(incident), shelved_until_utc_ns=action.until_utc_ns)


def _unshelve(incident: Incident, _: Action, __: Rules) -> Incident:
    return replace(incident, shelved_until_utc_ns=0)


def _accept(incident: Incident, action: Action, _: Rules) -> Incident:
    if incident.responder and incident.responder != action.by:
        raise ActionRefusedError(f"{incident.responder} is on the way already")
    seen = _seen(incident)
    return replace(
        seen,
        state=State.IN_PROGRESS,
        responder=action.by,
        owner=seen.owner or action.by,
        shelved_until_utc_ns=0,
    )


def _lost(incident: Incident, _: Action, __: Rules) -> Incident:
    reach = Reach.LOST if incident.reach is Reach.FOLLOWED else incident.reach
    return replace(incident, reach=reach, responder="")


def _resolve(incident: Incident, _: Action, __: Rules) -> Incident:
    return replace(incident, state=State.RESOLVED, shelved_until_utc_ns=0)


def _close(incident: Incident, action: Action, _: Rules) -> Incident:
    return replace(
        _seen(incident),
        state=State.CLOSED,
        disposition=action.disposition,
        shelved_until_utc_ns=0,
        offered_to="",
    )


def _reopen(incident: Incident, action: Action, _: Rules) -> Incident:
    return replace(incident, state=State.IN_PROGRESS, disposition=None, owner=action.by)


_CHANGES: Mapping[Act, Callable[[Incident, Action, Rules], Incident]] = {
    Act.ACKNOWLEDGE: _acknowledge,
    Act.TAKE: _take,
    Act.HAND_OVER: _hand_over,
    Act.ESCALATE: _escalate,
    Act.SHELVE: _shelve,
    Act.UNSHELVE: _unshelve,
    Act.ACCEPT: _accept,
    Act.NOTHING_FOUND: _resolve,
    Act.FOUND: _escalate,
    Act.LOST: _lost,
    Act.RESOLVE: _resolve,
    Act.CLOSE: _close,
    Act.DISMISS: _close,
    Act.REOPEN: _reopen,
}
