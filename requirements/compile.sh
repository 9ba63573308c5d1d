#!/usr/bin/env bash
# Pin every package with its hashes. Run through `make requirements`.
set -euo pipefail
uv=$(realpath "${1:-uv}")
cd "$(dirname "$0")/.."
pin() { "$uv" pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --universal --override requirements/left_out.txt "$@"; }
run=(--extra imaging --extra tracking --extra laser --extra video --extra hdf5 --extra report
  --extra service --extra postgresql --extra sapient --extra mqtt --extra cap --extra tak)
pin "${run[@]}" pyproject.toml -o requirements/run.txt
pin "${run[@]}" --extra crowd --extra evaluation --extra onnx --extra dev pyproject.toml -c requirements/run.txt -o requirements/dev.txt
echo hatchling editables | tr ' ' '\n' | pin - -o requirements/build.txt
echo uv | pin - -o requirements/bootstrap.txt
