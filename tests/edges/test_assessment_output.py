import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.assessment_file import read_assessment
from standex.edges.assessment_output import (
    document_of,
    needed_ratio,
    needed_words,
    p_threat_of,
    priors_of,
    priors_toml,
)
from standex.edges.settings import parse_site, site_text
from standex.model.errors import DataFileError
from standex.planning.threat import assess

EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "threat-assessment.toml"


@pytest.fixture(scope="module")
def read():
    return read_assessment(EXAMPLE)


@pytest.fixture(scope="module")
def found(read):
    return assess(read.elicitation, classes=read.site.items.names)


def test_the_table_goes_into_a_site_file_as_it_is(read, found) -> None:
    snippet = priors_toml(found, read.site, source="a.toml")
    table = tomllib.loads(snippet)["items"]["prior_per_person"]
    before, rest = site_text("metro").split("[items.prior_per_person]\n")
    after = rest[rest.index("\n\n") :]
    site = parse_site(before + snippet + after, where="made here")
    assert dict(zip(site.items.names[1:], site.items.prior_per_person, strict=True)) == table
    for name, value in priors_of(found, read.site).items():
        assert table[name] == pytest.approx(value, rel=1e-3)


def test_a_class_that_nobody_assessed_keeps_its_prior(read) -> None:
    given = replace(read.elicitation, everyday={})
    found = assess(given, classes=read.site.items.names)
    assert priors_of(found, read.site)["benign_metal"] == read.site.items.prior_per_person[0]
    assert "benign_metal = 0.1 # kept" in priors_toml(found, read.site, source="a.toml")


def test_no_text_leaves_its_comment(read, found) -> None:
    bad = replace(found.priors[0], basis="counted\n[sensors]\nx = 1")
    told = priors_toml(replace(found, priors=(bad,)), read.site, source="a\nsite_id = 1")
    assert set(tomllib.loads(told)) == {"items"}


def test_an_alarm_needs_the_ratio_that_lifts_the_prior_to_it(read, found) -> None:
    before, ratio = p_threat_of(found, read.site), needed_ratio(found, read.site)
    odds = before / (1 - before) * ratio
    assert odds / (1 + odds) == pytest.approx(read.site.operating_point.p_alarm)
    assert f"{ratio:.2g}" in needed_words(found, read.site)


def test_priors_that_leave_nothing_for_nothing_are_refused(read, found) -> None:
    many = tuple(replace(one, per_person=0.99) for one in found.priors)
    with pytest.raises(DataFileError, match="cannot be used at site metro"):
        p_threat_of(replace(found, priors=many), read.site)


def test_everything_is_strict_json(read, found) -> None:
    document = document_of(found, read.site, source="a.toml", sha256="0" * 64)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    weights = [one["evaluation_weight"] for one in document["scenarios"]]
    assert np.sum(weights) == pytest.approx(1)
    assert document["experts"][2]["seeds"]["hits"] == [7, 0, 1, 0]
