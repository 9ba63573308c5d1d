"""What is checked in is what the published files make."""

from pathlib import Path

import pytest

from standex.edges.interop.sapient.make_generated import HERE, PROTO, generate


@pytest.mark.slow
def test_is_made_from_the_published_files(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools", reason="grpcio-tools is not installed")
    names = generate(tmp_path)
    assert len(names) == 2 * len(list(PROTO.rglob("*.proto")))
    for name in names:
        wanted = (HERE / "generated" / name).read_text().splitlines()
        made = (tmp_path / name).read_text().splitlines()
        is_version = ("# Protobuf Python Version", "    7,", "    3", "    0", "    1")
        if name.endswith(".py"):  # another protoc writes its own version, and the same messages
            wanted = [line for line in wanted if not line.startswith(is_version)]
            made = [line for line in made if not line.startswith(is_version)]
        assert made == wanted, name


def test_the_notice_lies_beside() -> None:
    assert "Crown Copyright" in (PROTO / "NOTICE").read_text()
    for path in PROTO.rglob("*/*.proto"):
        assert path.parent == PROTO / "sapient_msg" or "Crown Copyright" in path.read_text()
