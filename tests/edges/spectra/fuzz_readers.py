"""Coverage-guided fuzzing of the readers: only DataFileError may come out, and nothing may hang.

Not run by pytest; needs the package atheris.

    python tests/edges/spectra/fuzz_readers.py -max_total_time=60 [FOLDER OF MEASURED FILES]
"""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["standex.edges.spectra"]):
    # What is imported before is not instrumented: the samples need the readers, too.
    import conftest
    from standex.edges.spectra import parse_spectrum
    from standex.edges.spectra.nexus import HDF5_MAGIC
from standex.model.errors import DataFileError


def one_input(data: bytes) -> None:
    """Read bytes, or refuse them; HDF5 is read in another process, which cannot be seen into."""
    if data.startswith(HDF5_MAGIC):
        return
    with suppress(DataFileError):
        parse_spectrum(data, where="f", name="n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(conftest.Samples.all().values()):
            Path(folder, str(number)).write_bytes(content)
        # A reader that needs seconds for a megabyte hangs, for all an operator knows.
        arguments = [*sys.argv, folder, "-max_len=100000", "-timeout=10", "-rss_limit_mb=2048"]
        atheris.Setup(arguments, one_input)
        atheris.Fuzz()
