import pytest

from standex.edges.commands.demo_site import with_priors
from standex.edges.settings import load_site, parse_site, site_text

SHARES = {"threat_dielectric": 0.02, "threat_metal": 0.03}


def test_the_priors_are_those_and_nothing_else_changes() -> None:
    before = site_text("metro")
    after = with_priors(before, SHARES)
    changed = [
        new for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new
    ]
    assert changed == ["threat_dielectric = 0.02", "threat_metal = 0.03"]
    site = parse_site(after, where="metro")
    assert site.site_id == load_site("metro").site_id
    assert with_priors(before, {}) == before


def test_a_class_that_the_site_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="plasma"):
        with_priors(site_text("metro"), {"plasma": 0.1})
