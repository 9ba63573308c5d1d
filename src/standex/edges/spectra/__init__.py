"""Readers and writers of measured spectra.

``read_spectrum`` recognises the format by what is in the file; the writers keep everything that a
``MeasuredSpectrum`` knows.
"""

from standex.edges.spectra.measured import AxisUnit, MeasuredSpectrum
from standex.edges.spectra.read import parse_spectrum, read_spectrum
from standex.edges.spectra.write_nexus import write_nexus
from standex.edges.spectra.write_text import write_csv, write_jcamp

__all__ = [
    "AxisUnit",
    "MeasuredSpectrum",
    "parse_spectrum",
    "read_spectrum",
    "write_csv",
    "write_jcamp",
    "write_nexus",
]
