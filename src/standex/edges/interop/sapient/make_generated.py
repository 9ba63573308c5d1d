"""Makes ``generated/`` from ``proto/``: ``python -m standex.edges.interop.sapient.make_generated``.

The published files are compiled as they are. Two lines of what protoc writes are changed: modules
are imported from this package, and messages live in a descriptor pool of their own. Several
packages on the index install a top-level ``sapient_msg``, in different versions of the standard;
with the common pool, whichever were imported second would fail.
"""

import importlib
import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

from standex.model.errors import StandexError

HERE = Path(__file__).parent
PROTO = HERE / "proto"
PACKAGE = "standex.edges.interop.sapient.generated"
_HEAD = (
    "# ruff: noqa\n# fmt: off\n# type: ignore\n"
    "# Made by make_generated.py from proto/, (c) Crown Copyright, Apache-2.0: see proto/NOTICE.\n"
)


def generate(into: Path) -> tuple[str, ...]:
    """Write the modules of all messages into a folder; return their file names.

    Raises:
        StandexError: protoc is not installed, or refuses a file.
    """
    sources = sorted(PROTO.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as name:
        raw = Path(name)
        _compile(sources, raw)
        made = sorted([*raw.rglob("*_pb2.py"), *raw.rglob("*_pb2.pyi")])
        for path in made:
            (into / path.name).write_text(_HEAD + _own(path.read_text()), encoding="utf-8")
    return tuple(path.name for path in made)


def _compile(sources: list[Path], into: Path) -> None:
    if importlib.util.find_spec("grpc_tools") is None:
        raise StandexError("protoc is missing: pip install 'standex[dev]' (package grpcio-tools)")
    protoc: Any = importlib.import_module("grpc_tools.protoc")
    tools: Any = importlib.import_module("grpc_tools")
    common = Path(tools.__file__).parent / "_proto"
    arguments = [f"-I{PROTO}", f"-I{common}", f"--python_out={into}", f"--pyi_out={into}"]
    if protoc.main(["protoc", *arguments, *map(str, sources)]) != 0:
        raise StandexError(f"protoc refuses the files under {PROTO}")


def _own(text: str) -> str:
    """Return a module that imports from this package and uses its pool."""
    for package in ("sapient_msg.bsi_flex_335_v2_0", "sapient_msg"):
        text = text.replace(f"from {package} import", f"from {PACKAGE} import")
    pool = f"from {PACKAGE}.pool import POOL as _pool\n"
    text = text.replace(
        "from google.protobuf import descriptor_pool as _descriptor_pool\n",
        pool if "_descriptor_pool.Default()" in text else "",
    )
    return text.replace("_descriptor_pool.Default()", "_pool")


if __name__ == "__main__":
    sys.stdout.write("\n".join(generate(HERE / "generated")) + "\n")
