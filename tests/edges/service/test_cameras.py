"""Cameras in a service file: what is wrong is told before anything starts, passwords stay out."""

import itertools

import pytest

from standex.edges.clock import SystemClock
from standex.edges.service.cameras import video_source
from standex.edges.service.config import ServiceFileError, parse_config
from standex.edges.settings import load_site
from standex.edges.video.shipped import shipped_video

pytest.importorskip("av", reason="PyAV is not installed")

HEAD = '[[sources]]\nname = "cameras"\nkind = "video"\n'
STAND = '{ sensor = "cam-stand", url = "URL"MORE }'


def text_of(*cameras: str, more: str = "") -> str:
    return f"{HEAD}{more}[sources.settings]\ncameras = [{', '.join(cameras)}]\n"


def camera(url: str, more: str = "") -> str:
    return STAND.replace("URL", url).replace("MORE", more)


def parsed(text: str, tmp_path):
    return parse_config(text, path=tmp_path / "service.toml", site=load_site("stand"))


def source_of(config):
    return video_source(config, config.table.sources[0], load_site("stand"), SystemClock())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (text_of(camera("rtsp://u:p@host/1")), "do not belong into a service file"),
        (text_of(camera("rtsp://host/1", ', user = "u"')), "user and password_file go together"),
        (text_of(camera("/dev/video0"), camera("/dev/video1")), "'cam-stand' is there 2 times"),
        (text_of(camera("rtsp://[host/1")), "url: Invalid IPv6"),
        (text_of(camera("rtsp://host/1", ", rate = 3")), "cameras[0].rate: unknown key"),
        (text_of(), "cameras"),
        (text_of(camera("a"), more='sensors = ["cam-2"]\n'), "'cam-2' has none"),
        (text_of(camera("a"), more='sensors = ["cam-2"]\n'), "not among the sensors"),
        (text_of(camera("a").replace("cam-stand", "cam-9")), "the site has no 'cam-9'"),
        (text_of(camera("a", ', user = "u", password_file = "no"')), "takes no user"),
        (text_of(camera("rtsp://h/1", ', user = "u", password_file = "no"')), "there is no file"),
    ],
)
def test_what_is_wrong_is_told(text, said, tmp_path) -> None:
    with pytest.raises(ServiceFileError) as refused:
        parsed(text, tmp_path)
    assert said in str(refused.value)


def test_a_password_comes_from_its_file_and_is_shown_nowhere(tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("p@ss/w:rd\n")
    text = text_of(camera("rtsp://host:554/1", ', user = "a b", password_file = "secret"'))
    config = parsed(text, tmp_path)
    (one,) = source_of(config)._cameras.values()
    assert one.video.url == "rtsp://a%20b:p%40ss%2Fw%3Ard@host:554/1"
    assert one.video.shown_url == "rtsp://host:554/1"
    assert "p%40" not in repr(one.video)
    assert config.sensors_of(config.table.sources[0], load_site("stand")) == ("cam-stand",)
    secret.chmod(0o644)
    with pytest.raises(ServiceFileError, match="read by others"):
        source_of(config)


@pytest.mark.slow
def test_a_film_beside_the_service_file_gives_frames_at_the_rate_of_the_survey(tmp_path) -> None:
    with shipped_video("one-by-one") as (_, path):
        (tmp_path / "film.mp4").write_bytes(path.read_bytes())
    source = source_of(parsed(text_of(camera("film.mp4")), tmp_path))
    records = list(itertools.islice(source.records(), 5))
    source.close()
    assert {record.sensor_id for record in records} == {"cam-stand"}
    assert {record.kind for record in records} == {"video.frame"}
    gaps_s = [(b.t_utc_ns - a.t_utc_ns) * 1e-9 for a, b in itertools.pairwise(records)]
    assert all(0.05 < gap < 0.35 for gap in gaps_s), gaps_s
