"""Readers for recorded trajectories.

``read_trajectories`` recognises the format by what is in the file and passes on to the reader of
that format; ``load_shipped`` loads a recording that comes with the package.
"""

from standex.edges.trajectories.archive_hdf5 import read_archive_hdf5
from standex.edges.trajectories.archive_text import read_archive_text
from standex.edges.trajectories.jupedsim_sqlite import read_jupedsim_sqlite
from standex.edges.trajectories.obsmat import read_obsmat
from standex.edges.trajectories.pixel_table import read_pixel_table
from standex.edges.trajectories.read import read_trajectories
from standex.edges.trajectories.shipped import (
    ShippedRecording,
    load_shipped,
    shipped_names,
    shipped_recordings,
)

__all__ = [
    "ShippedRecording",
    "load_shipped",
    "read_archive_hdf5",
    "read_archive_text",
    "read_jupedsim_sqlite",
    "read_obsmat",
    "read_pixel_table",
    "read_trajectories",
    "shipped_names",
    "shipped_recordings",
]
