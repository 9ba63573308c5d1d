"""Accounts, audit, privacy, recordings and the site's file: for those who look after the system."""

import json
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Path, Query

from standex.edges.audit.contract import AuditRow, What
from standex.edges.service.trouble_codes import trouble_parts
from standex.edges.settings import parse_site
from standex.edges.store.contract import DataClass, Document
from standex.edges.web.deeds import KeyOf
from standex.edges.web.guard import CallerOf
from standex.edges.web.messages import (
    AccountAsked,
    AccountOut,
    AuditRowOut,
    CheckedOut,
    Done,
    LinkOut,
    RolesAsked,
    SiteFileAsked,
)
from standex.edges.web.permissions import API
from standex.edges.web.replay_shapes import Highest, RecordingOut, ReplayPicture, Timeline
from standex.edges.web.service_view import Accounts, RefusedError
from standex.edges.web.shapes import AuditChecked, SiteFile
from standex.edges.web.site_plan import plan_of
from standex.edges.web.web_parts import Parts, present
from standex.model.errors import StandexError

DRAFTS = "site_drafts"
AccountId = Annotated[str, Path(min_length=1, max_length=100)]
RecordingId = Annotated[str, Path(min_length=1, max_length=200)]
Seconds = Annotated[float, Query(ge=0, le=86_400)]
Json = dict[str, Any]


def add_admin_routes(parts: Parts) -> None:
    """Add the endpoints."""
    _add_accounts(parts)
    _add_audit(parts)
    _add_recordings(parts)
    _add_site_file(parts)


def _add_accounts(parts: Parts) -> None:  # noqa: C901 - one small function for each endpoint
    app, deeds = parts.app, parts.deeds

    def accounts() -> Accounts:
        return present(parts.view.accounts, "accounts of its own")

    @app.get(f"{API}/accounts")
    async def all_accounts() -> list[AccountOut]:
        """Return who may sign in, as what."""
        return [AccountOut.model_validate(one) for one in await run_sync(accounts().all)]

    @app.post(f"{API}/accounts")
    async def add_account(asked: AccountAsked, caller: CallerOf, key: KeyOf) -> LinkOut:
        """Add an account; its holder comes in by a link and chooses a password."""
        part = accounts()

        def call() -> Json:
            token = part.add(asked.account_id, frozenset(asked.roles))
            return {"account_id": asked.account_id, "link_token": token}

        body = {"roles": sorted(asked.roles)}
        what, of = What.ACCOUNT_ADDED, asked.account_id
        answer = await deeds.do(caller, key, what, of, call, body=body, told_once="link_token")
        return LinkOut(**answer)

    @app.put(f"{API}/accounts/{{account_id}}/roles")
    async def set_roles(
        account_id: AccountId, asked: RolesAsked, caller: CallerOf, key: KeyOf
    ) -> Done:
        """Change what somebody is; nobody changes that of themselves."""
        part = accounts()

        def call() -> Json:
            if account_id == caller.account_id:
                raise RefusedError("nobody changes their own roles; ask another manager")
            part.set_roles(account_id, frozenset(asked.roles))
            return {"detail": f"{account_id} is {', '.join(asked.roles) or 'nobody here'} now"}

        body = {"roles": sorted(asked.roles)}
        return Done(
            **await deeds.do(caller, key, What.ACCOUNT_CHANGED, account_id, call, body=body)
        )

    @app.post(f"{API}/accounts/{{account_id}}/disable")
    async def disable(account_id: AccountId, caller: CallerOf, key: KeyOf) -> Done:
        """Let somebody in no more."""
        part = accounts()

        def call() -> Json:
            part.disable(account_id)
            return {"detail": f"{account_id} is let in no more"}

        return Done(**await deeds.do(caller, key, What.ACCOUNT_REMOVED, account_id, call))

    @app.post(f"{API}/accounts/{{account_id}}/enable")
    async def enable(account_id: AccountId, caller: CallerOf, key: KeyOf) -> Done:
        """Let somebody in again, with the roles that they had; nobody does so for themselves."""
        part = accounts()

        def call() -> Json:
            if account_id == caller.account_id:
                raise RefusedError("nobody switches their own account; ask another manager")
            part.enable(account_id)
            return {"detail": f"{account_id} is let in again"}

        what, body = What.ACCOUNT_CHANGED, {"enabled": True}
        return Done(**await deeds.do(caller, key, what, account_id, call, body=body))

    @app.post(f"{API}/accounts/{{account_id}}/link")
    async def new_link(account_id: AccountId, caller: CallerOf, key: KeyOf) -> LinkOut:
        """Make a link that signs somebody in once."""
        part = accounts()

        def call() -> Json:
            return {"account_id": account_id, "link_token": part.new_link(account_id)}

        what, body = What.ACCOUNT_CHANGED, {"made": "sign-in link"}
        answer = await deeds.do(
            caller, key, what, account_id, call, body=body, told_once="link_token"
        )
        return LinkOut(**answer)


def _add_audit(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/audit")
    async def audit(
        caller: CallerOf,
        before: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        who: Annotated[str, Query(max_length=100)] = "",
        what: Annotated[str, Query(max_length=100)] = "",
        of_what: Annotated[str, Query(max_length=200)] = "",
    ) -> list[AuditRowOut]:
        """Return who did what, newest first; the look is audited, too."""
        await deeds.looked(caller, What.AUDIT_SEEN, "audit")

        def rows() -> tuple[AuditRow, ...]:
            return view.audit.newest(
                before=before, limit=limit, who=who, what=what, of_what=of_what
            )

        return [
            AuditRowOut(
                seq=row.seq,
                t_utc_ms=row.t_utc_ns // 1_000_000,
                who=row.who,
                role=row.role,
                what=row.what,
                of_what=row.of_what,
                why=row.why,
                why_parts=trouble_parts(row.why),
                body=json.loads(row.body),
                row_hash=row.row_hash,
            )
            for row in await run_sync(rows)
        ]

    @app.get(f"{API}/audit/verification")
    async def verification() -> AuditChecked:
        """Return whether every row is as it was written."""
        check = present(view.verify_audit, "a check of its audit")
        return await run_sync(check)  # type: ignore[return-value]

    @app.get(f"{API}/privacy")
    async def privacy(caller: CallerOf) -> Json:
        """Return what is kept, where, for how long, and what leaves the site."""
        report = present(view.privacy_report, "a privacy report")
        await deeds.looked(caller, What.PRIVACY_SEEN, "privacy")
        return dict(await run_sync(report))


def _add_recordings(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/recordings")
    async def recordings() -> list[RecordingOut]:
        """Return what can be looked back at."""
        part = present(view.recordings, _RECORDINGS)
        return list(await run_sync(part.all))  # type: ignore[arg-type]

    @app.get(f"{API}/recordings/{{recording_id}}/timeline")
    async def timeline(recording_id: RecordingId, caller: CallerOf) -> Timeline:
        """Return the marks of a recording; the look is audited."""
        part = present(view.recordings, _RECORDINGS)
        await deeds.looked(caller, What.REPLAY_SEEN, recording_id)
        return await run_sync(part.timeline, recording_id)  # type: ignore[return-value]

    @app.get(f"{API}/recordings/{{recording_id}}/pictures")
    async def pictures(
        recording_id: RecordingId,
        caller: CallerOf,
        from_s: Seconds = 0.0,
        to_s: Seconds = 10.0,
        step_s: Annotated[float, Query(ge=0.05, le=60)] = 0.1,
    ) -> list[ReplayPicture]:
        """Return pictures of a recording, in the form of the live one, marked as replay."""
        part = present(view.recordings, _RECORDINGS)
        if not 0 < (to_s - from_s) / step_s <= _MOST_PICTURES:
            raise RefusedError(f"1 to {_MOST_PICTURES} pictures at a time")
        await deeds.looked(caller, What.REPLAY_SEEN, recording_id)

        def call() -> list[Json]:
            found = part.pictures(recording_id, from_s=from_s, to_s=to_s, step_s=step_s)
            return [{**one, "is_replay": True} for one in found]

        return await run_sync(call)  # type: ignore[return-value]

    @app.get(f"{API}/recordings/{{recording_id}}/highest")
    async def highest(recording_id: RecordingId) -> Highest:
        """Return the highest posterior of each person, to try other thresholds with."""
        part = present(view.recordings, _RECORDINGS)
        return await run_sync(part.highest, recording_id)  # type: ignore[return-value]


def _add_site_file(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/site-file")
    async def site_file() -> SiteFile:
        """Return the text of the site file, and of the draft if there is one."""
        draft = await run_sync(view.store.get, DRAFTS, view.site.site_id)
        return {"toml": view.site_toml, "draft": None if draft is None else draft.body["toml"]}

    @app.post(f"{API}/site-file/check")
    async def check_site_file(asked: SiteFileAsked) -> CheckedOut:
        """Return what is wrong with a site file, or its plan."""
        return await run_sync(_checked, asked.toml)

    @app.put(f"{API}/site-file/draft")
    async def keep_draft(asked: SiteFileAsked, caller: CallerOf, key: KeyOf) -> CheckedOut:
        """Keep a draft; it holds once somebody puts it in place and starts the service again."""
        checked = await run_sync(_checked, asked.toml)

        def call() -> Json:
            site_id = view.site.site_id
            there = view.store.get(DRAFTS, site_id)
            view.store.put(
                Document(
                    collection=DRAFTS,
                    document_id=site_id,
                    data_class=DataClass.OPERATION,
                    expires_utc_ns=view.clock.utc_ns() + _DRAFT_KEPT_NS,
                    version=0 if there is None else there.version,
                    body={"toml": asked.toml, "by": caller.account_id},
                )
            )
            return checked.model_dump(mode="json")

        what = What.SITE_CHANGED
        body = {"n_characters": len(asked.toml), "n_problems": len(checked.problems)}
        answer = await deeds.do(caller, key, what, "draft", call, body=body)
        return CheckedOut.model_validate(answer)


def _checked(toml: str) -> CheckedOut:
    try:
        site = parse_site(toml, where="the draft")
    except (StandexError, ValueError) as error:
        return CheckedOut(problems=str(error).splitlines(), plan=None)
    return CheckedOut(problems=[], plan=plan_of(site, is_simulated=False))


_RECORDINGS = "recordings to look back at"
_MOST_PICTURES = 600
_DRAFT_KEPT_NS = 366 * 86_400 * 10**9
