import json
from dataclasses import replace

import anyio
import pytest

from standex.edges.service.trouble_codes import Trouble
from standex.edges.web import fan_out as module
from standex.edges.web.fan_out import MAX_QUEUE, Client, FanOut


async def all_of(fan, client, *, n):
    got = []
    with anyio.fail_after(5):
        while len(got) < n:
            got.append(json.loads(await client.next(fan.everything)))
    return got


def watching(fan, *, sees_incidents=True):
    client = Client(sees_incidents=sees_incidents)
    fan._clients.add(client)
    return client


@pytest.fixture
def fan(service):
    return FanOut(service.view)


def test_a_client_gets_all_incidents_first_then_health_and_the_newest_picture(fan) -> None:
    async def call():
        client = watching(fan)
        for _ in range(3):
            fan.tick()
        assert client.n_overtaken == 2
        return await all_of(fan, client, n=3)

    incidents, health, picture = anyio.run(call)
    assert (incidents["type"], incidents["is_all"]) == ("incidents", True)
    assert health["type"] == "health"
    assert picture["cards"][0]["incident_id"] == "survey-000001"


def test_who_may_not_see_incidents_gets_none(fan, service, made, site) -> None:
    async def call():
        client = watching(fan, sees_incidents=False)
        fan.tick()
        fan._incidents(changed(service, made))
        return await all_of(fan, client, n=2)

    health, picture = anyio.run(call)
    assert (health["type"], picture["type"]) == ("health", "picture")
    assert picture["cards"] == []


def changed(service, made):
    found = []
    stop = service.view.desk.subscribe(found.append)
    service.view.desk.offer(made.picture(), (made.alert(7),))
    service.view.desk.step()
    stop()
    return found[0]


def test_a_picture_is_made_once_for_all_of_a_kind(fan, monkeypatch) -> None:
    n = []
    original = module.picture_message
    monkeypatch.setattr(
        module, "picture_message", lambda *args, **more: n.append(1) or original(*args, **more)
    )

    async def call() -> None:
        for sees in (True, False):
            for _ in range(50):
                watching(fan, sees_incidents=sees)
        fan.tick()

    anyio.run(call)
    assert len(n) == 2


def test_a_queue_that_runs_over_is_begun_anew(fan, service, made) -> None:
    async def call():
        client = watching(fan)
        (first,) = await all_of(fan, client, n=1)
        change = changed(service, made)
        for _ in range(MAX_QUEUE + 5):
            fan._incidents(change)
        return first, await all_of(fan, client, n=1)

    first, (anew,) = anyio.run(call)
    assert first["is_all"]
    assert anew["is_all"]
    assert {one["incident_id"] for one in anew["incidents"]} == {"survey-000001", "survey-000007"}


def test_a_change_reaches_the_loop_from_another_thread(fan, service, made) -> None:
    async def call():
        client = watching(fan)
        await all_of(fan, client, n=1)
        async with anyio.create_task_group() as beside:
            beside.start_soon(fan.run)
            await anyio.sleep(0.01)
            await anyio.to_thread.run_sync(changed, service, made)
            got = []
            with anyio.fail_after(5):
                while not any(one["type"] == "incidents" for one in got):
                    got += await all_of(fan, client, n=1)
            beside.cancel_scope.cancel()
        return got[-1]

    assert anyio.run(call)["incidents"][0]["incident_id"] == "survey-000007"
    assert service.view.desk._listeners == []


def test_who_takes_nothing_is_let_go_and_harms_nobody(fan, monkeypatch) -> None:
    monkeypatch.setattr(module, "STALLED_S", 0.05)
    got = []

    async def take(text) -> None:
        got.append(text)

    async def call() -> None:
        async with anyio.create_task_group() as beside:
            beside.start_soon(fan.run)
            good = Client(sees_incidents=True)
            beside.start_soon(fan.serve, good, take)
            await fan.serve(Client(sees_incidents=True), lambda _: anyio.sleep(60))
            good.end()
            beside.cancel_scope.cancel()

    anyio.run(call)
    assert fan.n_let_go == 1
    assert len(got) >= 2
    assert fan.n_clients == 0


def test_health_is_told_at_once_when_it_changes_and_else_now_and_then(fan, service, clock) -> None:
    async def call():
        client = watching(fan, sees_incidents=False)
        fan.tick()
        await all_of(fan, client, n=2)
        kinds = []
        for step in range(25):
            if step == 3:
                service.state["troubles"] = [Trouble(part="space", words="nearly full")]
            clock.advance(0.1)
            fan.tick()
            while client._latest:
                kinds.append((step, json.loads(await client.next(fan.everything))["type"]))
        return [step for step, kind in kinds if kind == "health"]

    assert anyio.run(call) == [3, 23]


def test_an_overview_that_changes_alone_is_told_once(fan, service) -> None:
    async def call():
        client = watching(fan)
        fan.tick()
        await all_of(fan, client, n=3)
        fan.tick()
        calm = await all_of(fan, client, n=1)
        known = service.view.desk.overview
        object.__setattr__(
            service.view, "desk", WithOverview(service.view.desk, replace(known(), is_flood=True))
        )
        for _ in range(2):
            fan.tick()
        return calm, await all_of(fan, client, n=2)

    (picture,), told = anyio.run(call)
    assert picture["type"] == "picture", "nothing had changed"
    assert [one["type"] for one in told] == ["incidents", "picture"]
    assert (told[0]["is_all"], told[0]["incidents"], told[0]["gone"]) == (False, [], [])
    assert told[0]["overview"]["is_flood"]


class WithOverview:
    """A desk at which only the overview has changed."""

    def __init__(self, desk, overview) -> None:
        self._desk, self._overview = desk, overview

    def overview(self):
        return self._overview

    def __getattr__(self, name):
        return getattr(self._desk, name)


def test_another_operating_point_is_told_at_once(fan, service, site) -> None:
    async def call():
        client = watching(fan, sees_incidents=False)
        fan.tick()
        await all_of(fan, client, n=2)
        fan.tick()
        (same,) = await all_of(fan, client, n=1)
        status = service.state["status"]
        point = replace(status.site.operating_point, p_alarm=0.123)
        service.state["status"] = replace(status, site=replace(status.site, operating_point=point))
        fan.tick()
        return same, await all_of(fan, client, n=2)

    same, (health, _) = anyio.run(call)
    assert same["type"] == "picture"
    assert (health["type"], health["operating_point"]["p_alarm"]) == ("health", 0.123)


def test_without_a_picture_yet_there_is_health(fan, service) -> None:
    service.state["status"] = None

    async def call():
        client = watching(fan, sees_incidents=False)
        fan.tick()
        return await all_of(fan, client, n=1)

    assert not anyio.run(call)[0]["is_watching"]


def test_no_client_costs_nothing(service) -> None:
    service.view = replace(service.view, status=lambda: 1 / 0)
    FanOut(service.view).tick()


def test_a_picture_that_cannot_be_made_ends_nothing(replaced, caplog) -> None:
    fan = FanOut(replaced(status=lambda: 1 / 0))

    async def call() -> None:
        watching(fan)
        async with anyio.create_task_group() as beside:
            beside.start_soon(fan.run)
            await anyio.sleep(0.15)
            beside.cancel_scope.cancel()

    anyio.run(call)
    assert caplog.text.count("no live picture could be made") == 2


def test_only_who_may_know_is_told_of_an_exercise_while_it_runs(fan, service, made) -> None:
    desk = service.view.desk
    found = []
    stop = desk.subscribe(found.append)
    alert = made.alert(7, alert_id="survey-x1-000107")
    desk.offer(made.picture(), (alert,), exercise="exercise-1")
    desk.step()
    desk.end_exercise("exercise-1", text="over")
    stop()

    async def call():
        clients = [Client(sees_incidents=True, knows_exercises=knows) for knows in (True, False)]
        for client in clients:
            fan._clients.add(client)
            await client.next(lambda: "all")
        for change in found:
            fan._incidents(change)
        return [
            [json.loads(await client.next(fan.everything)) for _ in found] for client in clients
        ]

    knowing, others = (
        [one["exercise"] for message in got for one in message["incidents"]]
        for got in anyio.run(call)
    )
    assert knowing == ["exercise-1", "exercise-1"]
    assert others == ["", "exercise-1"]  # told when it is over
