"""Day to day: the stop button, arming, operating points, walk tests, who declined, exercises."""

from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Path

from standex.edges.audit.contract import What
from standex.edges.web.chart_shapes import CalibrationsOut, WalkControl
from standex.edges.web.declined import declined_by_day, note_declined
from standex.edges.web.deeds import KeyOf
from standex.edges.web.guard import CallerOf
from standex.edges.web.messages import (
    ArmAsked,
    DeclinedAsked,
    DeclinedOut,
    Done,
    ExerciseAsked,
    StopAsked,
    WalkTestAsked,
)
from standex.edges.web.permissions import API
from standex.edges.web.service_view import Caller, NotThereError, RefusedError
from standex.edges.web.web_parts import Parts, present
from standex.model.event import Order, OrderKind

Id = Annotated[str, Path(min_length=1, max_length=100)]
Json = dict[str, Any]


def add_operation_routes(parts: Parts) -> None:
    """Add the endpoints."""
    _add_orders(parts)
    _add_walk_tests(parts)
    _add_exercises(parts)
    _add_declined(parts)


def _add_orders(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.post(f"{API}/orders/stop")
    async def stop(asked: StopAsked, caller: CallerOf, key: KeyOf) -> Done:
        """Stop sensors and tasks: at once, and only then in the audit."""
        why = asked.why or "stop button"
        await run_sync(partial(order, OrderKind.STOP, caller, sensor_id=asked.sensor_id, why=why))
        entry = deeds.entry(caller, key, What.STOPPED, asked.sensor_id, why=asked.why)
        await deeds.note(entry)
        return Done(detail="stopped")

    @app.post(f"{API}/orders/arm")
    async def arm(asked: ArmAsked, caller: CallerOf, key: KeyOf) -> Done:
        """Let a tasked sensor be used for a while."""
        spec = next((s for s in view.site.sensors if s.sensor_id == asked.sensor_id), None)
        if spec is None:
            raise NotThereError(f"the site has no sensor {asked.sensor_id!r}")
        if spec.tasks is None:
            raise RefusedError(f"{asked.sensor_id} is not told where to look: nothing to arm")

        def call() -> Json:
            order(
                OrderKind.ARM, caller, sensor_id=asked.sensor_id, why=asked.why, for_s=asked.for_s
            )
            return {"detail": f"armed for {asked.for_s:.0f} s"}

        body = {"for_s": asked.for_s}
        return Done(
            **await deeds.do(
                caller, key, What.ARMED, asked.sensor_id, call, why=asked.why, body=body
            )
        )

    @app.post(f"{API}/orders/disarm")
    async def disarm(asked: StopAsked, caller: CallerOf, key: KeyOf) -> Done:
        """Let a tasked sensor be used no more."""
        why = asked.why or "disarmed"
        await run_sync(partial(order, OrderKind.DISARM, caller, sensor_id=asked.sensor_id, why=why))
        await deeds.note(deeds.entry(caller, key, What.DISARMED, asked.sensor_id, why=asked.why))
        return Done(detail="disarmed")

    def order(
        kind: OrderKind, caller: Caller, *, sensor_id: str, why: str, for_s: float = 0.0
    ) -> None:
        now = view.clock.utc_ns()
        until = now + round(for_s * 1e9) if for_s else 0
        view.order(
            Order(
                t_utc_ns=now,
                kind=kind,
                sensor_id=sensor_id,
                by=caller.account_id,
                why=why,
                until_utc_ns=until,
            )
        )


def _add_walk_tests(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/walk-tests")
    async def walk_tests() -> list[Json]:
        """Return the walk tests of late, newest first."""
        return [dict(one) for one in await run_sync(present(view.walk_tests, _WALKS).all)][:200]

    @app.get(f"{API}/walk-tests/chart")
    async def walk_test_chart() -> Json:
        """Return all that are kept, for charts over months, and whether they drift."""
        return dict(await run_sync(present(view.walk_tests, _WALKS).chart))

    @app.get(f"{API}/walk-tests/control")
    async def walk_test_control() -> WalkControl:
        """Return whether the station and each sensor do as at commissioning, over months."""
        return await run_sync(present(view.walk_tests, _WALKS).control)  # type: ignore[return-value]

    @app.get(f"{API}/calibrations")
    async def calibrations() -> CalibrationsOut:
        """Return the age of each calibration, and how far what its sensor says has drifted."""
        return await run_sync(present(view.calibrations, "calibrations"))  # type: ignore[return-value]

    @app.post(f"{API}/walk-tests")
    async def begin(asked: WalkTestAsked, caller: CallerOf, key: KeyOf) -> Json:
        """Begin a walk with a reference object."""
        tests = present(view.walk_tests, _WALKS)
        body = {"reference_object": asked.reference_object, "zone": asked.zone.value}

        def call() -> Json:
            return dict(tests.begin(asked.reference_object, asked.zone.value, by=caller.account_id))

        return await deeds.do(caller, key, What.WALK_TEST_STARTED, "", call, body=body)

    @app.post(f"{API}/walk-tests/{{walk_test_id}}/end")
    async def end(walk_test_id: Id, caller: CallerOf, key: KeyOf) -> Json:
        """End a walk and return its score."""
        tests = present(view.walk_tests, _WALKS)

        def call() -> Json:
            return dict(tests.end(walk_test_id, by=caller.account_id))

        return await deeds.do(caller, key, What.WALK_TEST_SCORED, walk_test_id, call)


def _add_exercises(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/exercises")
    async def exercises() -> list[Json]:
        """Return exercises that ran and run, with their scores."""
        return [dict(one) for one in await run_sync(present(view.exercises, _EXERCISES).all)]

    @app.get(f"{API}/exercises/known")
    async def known_exercises() -> list[Json]:
        """Return what can be begun, and why not where it cannot."""
        return [dict(one) for one in await run_sync(present(view.exercises, _EXERCISES).known)]

    @app.post(f"{API}/exercises")
    async def begin_exercise(asked: ExerciseAsked, caller: CallerOf, key: KeyOf) -> Json:
        """Inject simulated passages, marked to the supervisor."""
        part = present(view.exercises, _EXERCISES)

        def call() -> Json:
            return dict(part.begin(asked.exercise, by=caller.account_id))

        return await deeds.do(caller, key, What.EXERCISE_STARTED, asked.exercise, call)

    @app.post(f"{API}/exercises/{{exercise_id}}/end")
    async def end_exercise(exercise_id: Id, caller: CallerOf, key: KeyOf) -> Json:
        """End an exercise."""
        part = present(view.exercises, _EXERCISES)

        def call() -> Json:
            return dict(part.end(exercise_id, by=caller.account_id))

        return await deeds.do(caller, key, What.EXERCISE_ENDED, exercise_id, call)


def _add_declined(parts: Parts) -> None:
    app, view, deeds = parts.app, parts.view, parts.deeds

    @app.get(f"{API}/declined")
    async def declined() -> DeclinedOut:
        """Return how many chose another way of screening, by day."""
        return DeclinedOut(days=await run_sync(declined_by_day, view.store))

    @app.post(f"{API}/declined")
    async def decline(asked: DeclinedAsked, caller: CallerOf, key: KeyOf) -> DeclinedOut:
        """Count somebody who chose another way; nothing about them is kept."""
        now = view.clock.utc_ns()

        def call() -> Json:
            is_otherwise = asked.screened_otherwise
            note_declined(view.store, now_utc_ns=now, is_screened_otherwise=is_otherwise)
            return {"days": declined_by_day(view.store)}

        body = {"screened_otherwise": asked.screened_otherwise}
        return DeclinedOut(
            **await deeds.do(caller, key, What.SCREENING_DECLINED, "", call, body=body)
        )


_WALKS, _EXERCISES = "walk tests", "exercises"
