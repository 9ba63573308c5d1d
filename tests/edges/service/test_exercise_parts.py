"""Exercises of a service look into its folder and keep their runs in its store."""

from contextlib import ExitStack

from standex.edges.incidents.desk import IncidentDesk
from standex.edges.service.around import Setup
from standex.edges.service.config import parse_config
from standex.edges.service.exercise_parts import exercise_desk
from standex.edges.service.kept import open_kept


def test_they_are_those_of_the_folder_in_its_file(made, tmp_path, fakes, clock) -> None:
    text = made.FILE + '[exercises]\nfolder = "drills"\nafter_s = 5.0\n'
    config = parse_config(text, path=tmp_path / "service.toml", site=fakes.site())
    setup = Setup(
        config=config,
        site=fakes.site(),
        site_name="survey",
        site_toml=fakes.site_toml(),
        clock=clock,
        say=lambda _: None,
        show=lambda _: None,
    )
    (tmp_path / "drills" / "old").mkdir(parents=True)
    (tmp_path / "drills" / "old" / "exercise.json").write_text("{}")
    with ExitStack() as stack:
        kept = open_kept(config, stack, clock=clock)
        incidents = IncidentDesk(fakes.site(), store=kept.store, clock=clock)
        desk = exercise_desk(setup, kept, incidents, calibrations={}, status=lambda: None)
        desk.recover()
        (known,) = desk.known()
        assert known["exercise"] == "old"
        assert known["problem"]
        assert desk.all() == []
        assert desk.shown() is None
        desk.close()
