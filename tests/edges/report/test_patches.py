from dataclasses import replace

import numpy as np
import pytest

from standex.edges.report.patches import log10_factor, n_looks_with_patch, with_telling_patches
from standex.model.site import Site
from standex.testing.examples import example_passage


def test_factor_of_two_classes_is_their_likelihood_ratio(site: Site, entry) -> None:
    is_threat = site.items.is_threat
    said = replace(entry(1, t_utc_ns=0, llr=1.0), log_likelihood=np.where(is_threat, 2.0, -1.0))
    assert log10_factor(said, site) == pytest.approx(3.0 / np.log(10))
    assert log10_factor(replace(said, zone=None), site) == pytest.approx(3.0 / np.log(10))


def test_a_constant_on_all_classes_says_nothing(site: Site, entry) -> None:
    said = entry(1, t_utc_ns=0, llr=1.3)
    shifted = replace(said, log_likelihood=said.log_likelihood - 900.0)
    assert log10_factor(shifted, site) == pytest.approx(log10_factor(said, site))


def test_keeps_the_most_telling_patches_and_every_entry(site: Site, entry, patch) -> None:
    passage = replace(
        example_passage(site, track_id=1, position_site_m=(0.0, 1.0)),
        entries=tuple(
            entry(k, t_utc_ns=k, llr=llr, patch=patch)
            for k, llr in enumerate((0.1, -3.0, 0.2, 2.5))
        ),
    )
    kept = with_telling_patches(passage, site, at_most=2)
    assert [e.patch is not None for e in kept.entries] == [False, True, False, True]
    assert [e.look_id for e in kept.entries] == [e.look_id for e in passage.entries]
    assert n_looks_with_patch(kept) == 2
    assert n_looks_with_patch(with_telling_patches(passage, site, at_most=0)) == 0
