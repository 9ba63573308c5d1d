"""The tables of a threat assessment, as they are typed by people, and their way into planning."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from standex.edges.table import Name, Table
from standex.planning.elicitation import Counted, Elicitation, Expert, Scenario
from standex.planning.expert_quantiles import Quantity
from standex.planning.threat import Weighting

_Share = Annotated[float, Field(gt=0, le=1)]
_Probability = Annotated[float, Field(ge=0, le=1)]
_Quantiles = Annotated[tuple[float, ...], Field(strict=False, min_length=2)]


class PlaceTable(Table):
    """One ``[[places]]`` table."""

    place_id: Name
    title: str = ""
    people_share: _Share


class TimeTable(Table):
    """One ``[[times]]`` table."""

    time_id: Name
    title: str = ""
    people_share: _Share


class ScenarioTable(Table):
    """One ``[[scenarios]]`` table."""

    scenario_id: Name
    title: str = ""
    item_class: Name
    place_id: Name
    time_id: Name
    carriers: Annotated[float, Field(gt=0)] = 1.0

    def to_core(self) -> Scenario:
        """Return the scenario; without a title it is called by its id."""
        return Scenario(
            scenario_id=self.scenario_id,
            title=self.title or self.scenario_id,
            item_class=self.item_class,
            place_id=self.place_id,
            time_id=self.time_id,
            carriers=self.carriers,
        )


class SeedTable(Table):
    """One ``[[seeds]]`` table: a question whose answer is known to whoever asks."""

    seed_id: Name
    question: Name
    realisation: float
    scale: Literal["uniform", "log"] = "uniform"


class CountTable(Table):
    """One ``[everyday.CLASS]`` table."""

    carried: Annotated[int, Field(ge=0)]
    looked_at: Annotated[int, Field(ge=1)]
    source: Name


class ExpertTable(Table):
    """One ``[[experts]]`` table."""

    expert_id: Name
    nation: Name
    attempts_per_year: _Quantiles
    p_scenario: dict[Name, _Probability]
    consequence: dict[Name, _Quantiles]
    seeds: dict[Name, _Quantiles] = Field(default_factory=dict)


class AssessmentTable(Table):
    """A whole assessment file."""

    title: Name
    site: Name
    people_per_year: Annotated[float, Field(gt=0)]
    consequence_unit: Name
    quantiles: Annotated[tuple[_Probability, ...], Field(strict=False, min_length=2)] = (
        0.05,
        0.5,
        0.95,
    )
    overshoot: Annotated[float, Field(gt=0, lt=10)] = 0.1
    weighting: Weighting = "classical"
    cutoff: Annotated[float, Field(ge=0, le=1)] | None = None
    least_prior_per_person: Annotated[float, Field(gt=0, lt=1)] | None = None
    places: Annotated[tuple[PlaceTable, ...], Field(strict=False, min_length=1)]
    times: Annotated[tuple[TimeTable, ...], Field(strict=False, min_length=1)]
    scenarios: Annotated[tuple[ScenarioTable, ...], Field(strict=False, min_length=1)]
    seeds: Annotated[tuple[SeedTable, ...], Field(strict=False)] = ()
    everyday: dict[Name, CountTable] = Field(default_factory=dict)
    experts: Annotated[tuple[ExpertTable, ...], Field(strict=False, min_length=1)]

    def to_core(self) -> Elicitation:
        """Return what planning works on; names between the tables must be right by now.

        Raises:
            StandexError: it does not make sense; says where.
        """
        experts = self.experts
        return Elicitation(
            quantile_p=np.array(self.quantiles),
            overshoot=self.overshoot,
            people_per_year=self.people_per_year,
            place_share={one.place_id: one.people_share for one in self.places},
            time_share={one.time_id: one.people_share for one in self.times},
            scenarios=tuple(one.to_core() for one in self.scenarios),
            experts=tuple(Expert(expert_id=e.expert_id, nation=e.nation) for e in experts),
            seeds=tuple(
                Quantity(
                    name=f"seed {seed.seed_id}",
                    answers=self._answers([e.seeds.get(seed.seed_id) for e in experts]),
                    is_log=seed.scale == "log",
                    realisation=seed.realisation,
                )
                for seed in self.seeds
            ),
            attempts_per_year=Quantity(
                name="attempts_per_year",
                answers=self._answers([e.attempts_per_year for e in experts]),
                is_log=True,
            ),
            p_scenario=np.array(
                [[e.p_scenario.get(s.scenario_id, 0.0) for s in self.scenarios] for e in experts]
            ),
            consequence=tuple(
                Quantity(
                    name=f"consequence of {s.scenario_id}",
                    answers=self._answers([e.consequence.get(s.scenario_id) for e in experts]),
                    is_log=True,
                )
                for s in self.scenarios
            ),
            everyday={
                name: Counted(carried=one.carried, looked_at=one.looked_at, source=one.source)
                for name, one in self.everyday.items()
            },
            least_per_person=self.least_prior_per_person or 0.0,
        )

    def _answers(self, rows: Sequence[tuple[float, ...] | None]) -> np.ndarray:
        """Return a row per expert, NaN where there is no answer."""
        nothing = (float("nan"),) * len(self.quantiles)
        return np.array([nothing if row is None else row for row in rows], dtype=np.float64)


# Which keys each table may have; for "did you mean".
TABLES: dict[tuple[str, ...], type[Table]] = {
    (): AssessmentTable,
    ("places",): PlaceTable,
    ("times",): TimeTable,
    ("scenarios",): ScenarioTable,
    ("seeds",): SeedTable,
    ("experts",): ExpertTable,
}
