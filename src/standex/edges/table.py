"""What all tables of a site file have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# TOML has lists where the model has tuples, and text where it has enums; all else is strict, so
# that "5" is not a number and true is not 1.
Name = Annotated[str, Field(min_length=1)]
XY = Annotated[tuple[float, float], Field(strict=False)]


class Table(BaseModel):
    """A table of a site file: no key but its own, no number that is not finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
