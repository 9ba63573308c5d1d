"""The reference site as the demo shows it: fewer people carry something, and its priors say so."""

import re

PRIORS = "[items.prior_per_person]"
_TABLE = re.compile(r"^\s*\[")


def with_priors(site_toml: str, shares: dict[str, float]) -> str:
    """Return the text of a site file with other priors; all else stays as it is.

    Args:
        site_toml: of the site.
        shares: P(class) per person, by item class.

    Raises:
        ValueError: the site has no prior of that class.
    """
    lines, left, is_inside = site_toml.splitlines(), dict(shares), False
    for row, line in enumerate(lines):
        if _TABLE.match(line):
            is_inside = line.split("#")[0].strip() == PRIORS
        name = line.split("=")[0].strip()
        if is_inside and name in left:
            lines[row] = f"{name} = {left.pop(name)}"
    if left:
        raise ValueError(f"the site has no prior of {', '.join(left)}")
    return "\n".join([*lines, ""])
