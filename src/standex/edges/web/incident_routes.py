"""Incidents: the list, the card, why, evidence, and what people do."""

from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Path, Query, Response

from standex.edges.access.roles import Permission, may
from standex.edges.audit.contract import AuditEntry, What
from standex.edges.evidence.crop_names import crop_name, is_crop
from standex.edges.incidents.actions import Act, Action
from standex.edges.incidents.incident import ActionRefusedError, Incident
from standex.edges.incidents.shift_report import shift_report
from standex.edges.web.deeds import KeyOf
from standex.edges.web.guard import CallerOf
from standex.edges.web.messages import (
    ActionAsked,
    Done,
    IncidentOut,
    IncidentsOut,
    OverviewOut,
    PublicAlertAsked,
    ShelvingAsked,
)
from standex.edges.web.permissions import API
from standex.edges.web.service_view import Caller, NotThereError
from standex.edges.web.shapes import PatchOut, ShiftReport, Why
from standex.edges.web.web_parts import Parts, present

IncidentId = Annotated[str, Path(min_length=1, max_length=100)]

NOTED_AS: dict[Act, What] = {
    Act.ACKNOWLEDGE: What.INCIDENT_ACKNOWLEDGED,
    Act.TAKE: What.INCIDENT_TAKEN,
    Act.HAND_OVER: What.INCIDENT_HANDED_OVER,
    Act.ESCALATE: What.INCIDENT_ESCALATED,
    Act.NOTE: What.INCIDENT_NOTED,
    Act.SHELVE: What.INCIDENT_SHELVED,
    Act.UNSHELVE: What.INCIDENT_UNSHELVED,
    Act.ACCEPT: What.INCIDENT_TAKEN,
    Act.REACHED: What.INCIDENT_NOTED,
    Act.NOTHING_FOUND: What.INCIDENT_RESOLVED,
    Act.FOUND: What.INCIDENT_ESCALATED,
    Act.LOST: What.INCIDENT_NOTED,
    Act.RESOLVE: What.INCIDENT_RESOLVED,
    Act.CLOSE: What.INCIDENT_CLOSED,
    Act.DISMISS: What.INCIDENT_DISMISSED,
    Act.REOPEN: What.INCIDENT_OPENED,
}


def add_incident_routes(parts: Parts) -> None:
    """Add the endpoints."""
    _add_looks(parts)
    _add_evidence(parts)
    _add_crops(parts)
    _add_actions(parts)


def _add_looks(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/incidents")
    async def incidents(caller: CallerOf) -> IncidentsOut:
        """Return all incidents that are kept."""
        return IncidentsOut(
            incidents=[_told(one, caller) for one in view.desk.incidents()],
            overview=OverviewOut.of(view.desk.overview()),
        )

    @app.get(f"{API}/incidents/{{incident_id}}")
    async def incident(incident_id: IncidentId, caller: CallerOf) -> IncidentOut:
        """Return one incident."""
        return _told(_there(parts, incident_id), caller)

    @app.get(f"{API}/incidents/{{incident_id}}/why")
    async def why(incident_id: IncidentId, caller: CallerOf) -> Why:
        """Return why a check was requested: plain words, then look by look."""
        _there(parts, incident_id)
        await deeds.looked(caller, What.EVIDENCE_SEEN, f"{incident_id}/why")
        found = await run_sync(view.desk.why, incident_id)
        if found is None:
            raise NotThereError(f"nothing is kept of why {incident_id} was opened")
        return found  # type: ignore[return-value]

    @app.get(f"{API}/shift-report")
    async def report(
        from_utc_ms: Annotated[int, Query(ge=0, le=10**14)],
        to_utc_ms: Annotated[int, Query(ge=1, le=10**14)],
    ) -> ShiftReport:
        """Return figures of a span of time, for handing over."""
        if from_utc_ms >= to_utc_ms:
            raise ActionRefusedError("the span of time is empty")
        return shift_report(  # type: ignore[return-value]
            view.desk.incidents(),
            from_utc_ns=from_utc_ms * 1_000_000,
            to_utc_ns=to_utc_ms * 1_000_000,
        )


def _add_evidence(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/incidents/{{incident_id}}/patches")
    async def patches(incident_id: IncidentId, caller: CallerOf) -> list[PatchOut]:
        """Return pictures on the generic figure, while they are in memory; the look is audited."""
        _there(parts, incident_id)
        await deeds.looked(caller, What.EVIDENCE_SEEN, f"{incident_id}/patches")
        return await run_sync(view.desk.patches, incident_id)  # type: ignore[return-value]

    @app.get(f"{API}/incidents/{{incident_id}}/evidence")
    async def evidence(incident_id: IncidentId, caller: CallerOf) -> dict[str, Any]:
        """Return what is in the evidence bundle; the look is audited."""
        bundles = present(view.evidence, "evidence bundles")
        await deeds.looked(caller, What.EVIDENCE_SEEN, incident_id)
        return dict(await run_sync(bundles.of, incident_id))

    @app.get(f"{API}/incidents/{{incident_id}}/evidence/{{file:path}}", response_class=Response)
    async def evidence_file(
        incident_id: IncidentId,
        file: Annotated[str, Path(min_length=1, max_length=200)],
        caller: CallerOf,
    ) -> Response:
        """Return one file of the evidence bundle, no crop; the look is audited."""
        if is_crop(file):
            raise NotThereError("crops from cameras are asked for by their number")
        bundles = present(view.evidence, "evidence bundles")
        await deeds.looked(caller, What.EVIDENCE_SEEN, f"{incident_id}/{file}")
        content, media_type = await run_sync(bundles.content, incident_id, file)
        # Never shown by the browser in this service's name, whatever is in it.
        inline = media_type in ("image/png", "application/json")
        disposition = "inline" if inline else "attachment"
        return Response(
            content, media_type=media_type, headers={"Content-Disposition": disposition}
        )


def _add_crops(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/incidents/{{incident_id}}/crops/{{number}}", response_class=Response)
    async def crop(
        incident_id: IncidentId, number: Annotated[int, Path(ge=0, le=999)], caller: CallerOf
    ) -> Response:
        """Return a masked crop from a camera, where the site keeps any; the look is audited."""
        bundles = present(view.evidence, "evidence bundles")
        file = crop_name(number)
        await deeds.looked(caller, What.EVIDENCE_SEEN, f"{incident_id}/{file}")
        content, media_type = await run_sync(bundles.content, incident_id, file)
        return Response(content, media_type=media_type, headers={"Content-Disposition": "inline"})


def _add_actions(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/colleagues")
    async def colleagues(caller: CallerOf) -> list[str]:
        """Return who else is signed in and works on incidents: names to hand one over to."""
        part = present(view.accounts, "accounts of its own")
        known = await run_sync(part.present, Permission.WORK_INCIDENTS)
        return [one for one in known if one != caller.account_id]

    @app.post(f"{API}/incidents/{{incident_id}}/actions")
    async def act(
        incident_id: IncidentId, asked: ActionAsked, caller: CallerOf, key: KeyOf
    ) -> IncidentOut:
        """Do something with an incident."""
        if asked.act in (Act.SHELVE, Act.UNSHELVE):
            raise ActionRefusedError("shelving has an endpoint of its own, and asks for more")
        action = Action(
            act=asked.act,
            by=caller.account_id,
            t_utc_ns=view.clock.utc_ns(),
            request_id=f"{caller.account_id}:{key}",
            text=asked.text,
            to=asked.to,
            disposition=asked.disposition,
        )
        return await _acted(parts, incident_id, action, caller, key)

    @app.post(f"{API}/incidents/{{incident_id}}/shelving")
    async def shelve(
        incident_id: IncidentId, asked: ShelvingAsked, caller: CallerOf, key: KeyOf
    ) -> IncidentOut:
        """Put an incident aside for a while, or take it back."""
        now = view.clock.utc_ns()
        action = Action(
            act=Act.SHELVE if asked.for_s else Act.UNSHELVE,
            by=caller.account_id,
            t_utc_ns=now,
            request_id=f"{caller.account_id}:{key}",
            text=asked.text,
            until_utc_ns=now + round(asked.for_s * 1e9),
        )
        return await _acted(parts, incident_id, action, caller, key)

    @app.post(f"{API}/incidents/{{incident_id}}/public-alert")
    async def confirm_public_alert(
        incident_id: IncidentId, asked: PublicAlertAsked, caller: CallerOf, key: KeyOf
    ) -> Done:
        """Let a public warning go out; only ever by a person."""
        let_out = present(view.public_alert, "public warnings")
        incident = _there(parts, incident_id)

        def call() -> dict[str, Any]:
            let_out(incident, caller.account_id, asked.text)
            return {"detail": "on its way"}

        what, body = What.PUBLIC_ALERT_CONFIRMED, {"text": asked.text}
        return Done(**await deeds.do(caller, key, what, incident_id, call, body=body))


def _told(one: Incident, caller: Caller) -> IncidentOut:
    """Return an incident as somebody may know it."""
    knows = may(caller.roles, Permission.KNOW_EXERCISES)
    return IncidentOut.of(one, knows_exercises=knows)


def _there(parts: Parts, incident_id: str) -> Incident:
    incident = parts.view.desk.get(incident_id)
    if incident is None:
        raise NotThereError(f"there is no incident {incident_id!r}, or not any more")
    return incident


async def _acted(
    parts: Parts, incident_id: str, action: Action, caller: Caller, key: str
) -> IncidentOut:
    exercise = _there(parts, incident_id).exercise
    entry = parts.deeds.entry(
        caller,
        key,
        NOTED_AS[action.act],
        incident_id,
        why=action.text,
        body={
            "act": action.act.value,
            "to": action.to,
            "disposition": None if action.disposition is None else action.disposition.value,
        }
        | ({"exercise": exercise} if exercise else {}),
    )
    done = partial(parts.view.desk.act, incident_id, action, note=partial(_note, parts, entry))
    try:
        return _told(await run_sync(done), caller)
    except KeyError:
        raise NotThereError(f"there is no incident {incident_id!r} any more") from None


def _note(parts: Parts, entry: AuditEntry, _: Incident) -> None:
    parts.view.audit.append((entry,))
