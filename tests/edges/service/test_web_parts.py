from contextlib import ExitStack

import httpx
import pytest

from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.service.access_parts import access_parts
from standex.edges.service.around import Setup
from standex.edges.service.config import parse_config
from standex.edges.service.day_to_day import day_to_day
from standex.edges.service.exercise_parts import exercise_desk
from standex.edges.service.others_told import OthersTold
from standex.edges.service.outside import StationDoor
from standex.edges.service.web_parts import ShownEvidence, web_server
from standex.edges.web.service_view import Evidence, NotThereError


def served(config, kept, fakes, clock, tmp_path, stack):
    site = fakes.site()
    access = access_parts(config, kept, site, stack, clock=clock)
    desk = IncidentDesk(site, store=kept.store, clock=clock)
    setup = Setup(
        config=config,
        site=site,
        site_name="survey",
        site_toml=fakes.site_toml(),
        clock=clock,
        say=lambda _: None,
        show=lambda _: None,
    )
    web = web_server(
        config,
        kept,
        access,
        shelf=EvidenceShelf(tmp_path / "e", prove=lambda _: None),
        others=OthersTold(),
        door=StationDoor(site, kept.store, clock=clock),
        desk=desk,
        day=day_to_day(setup, kept, {}),
        exercises=exercise_desk(setup, kept, desk, calibrations={}, status=lambda: None),
        site=site,
        site_toml=fakes.site_toml(),
        is_simulated=True,
        clock=clock,
        troubles=lambda: ("the disk is full",),
    )
    return web, access.first_link


@pytest.mark.slow
def test_the_first_link_signs_in_and_the_service_answers(
    config, kept, fakes, clock, tmp_path
) -> None:
    with ExitStack() as stack:
        web, link = served(config, kept, fakes, clock, tmp_path, stack)
        assert web is not None
        stack.callback(web.server.stop)
        http = stack.enter_context(httpx.Client(base_url=web.address, trust_env=False))
        assert http.get("api/v1/health").status_code == 401
        answer = http.post(
            "api/v1/session/link", params={"as_token": True}, json={"link_token": link}
        )
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert http.get("api/v1/walk-tests", headers=headers).json() == []
        charts = http.get("api/v1/walk-tests/control", headers=headers).json()["charts"]
        assert {(one["subject"], one["standing"]) for one in charts} == {("", "too_few")}
        assert http.get("api/v1/calibrations", headers=headers).json()["charts"] == []
        assert http.get("api/v1/incidents", headers=headers).json()["incidents"] == []


def test_a_service_may_have_no_web(made, kept, fakes, clock, tmp_path) -> None:
    text = made.FILE.replace("[web]\nport = 0", "")
    config = parse_config(text, path=tmp_path / "s.toml", site=fakes.site())
    without = config.table.model_copy(update={"web": None})
    config = type(config)(path=config.path, table=without, settings=config.settings)
    with ExitStack() as stack:
        web, _ = served(config, kept, fakes, clock, tmp_path, stack)
    assert web is None


def test_evidence_that_is_not_there_is_said_to_be_so(tmp_path) -> None:
    shown = ShownEvidence(EvidenceShelf(tmp_path, prove=lambda _: None))
    assert isinstance(shown, Evidence)
    with pytest.raises(NotThereError):
        shown.of("survey-000001")
    with pytest.raises(NotThereError):
        shown.content("survey-000001", "clip.mcap")
