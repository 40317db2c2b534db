#!/bin/sh
# Makes the Python plugins ready to run: for each folder beside this file that has a requirements.txt, a virtual environment
# `.venv` with what it lists, and `gen/` with stubs generated from proto/. Does nothing where that is done already.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
proto="$here/../../proto"
python=${PYTHON:-python3}

"$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || {
  echo "setup.sh: '$python' with the venv module, 3.9 or newer, is needed for the Python plugins; install it or set PYTHON" >&2
  exit 1
}

for requirements in "$here"/*/requirements.txt; do
  plugin=$(dirname -- "$requirements")
  stamp="$plugin/.venv/millrace-setup"
  wanted=$(cat "$requirements" "$here/build-requirements.txt" "$proto"/millrace/plugin/v1/*.proto "$0" | cksum)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && [ -d "$plugin/gen" ]; then continue; fi
  echo "Setting up $plugin"
  rm -rf "$plugin/.venv" "$plugin/gen" "$plugin/gen.new"
  "$python" -m venv "$plugin/.venv"
  "$plugin/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    -r "$requirements" -r "$here/build-requirements.txt"
  mkdir "$plugin/gen.new"
  (cd "$proto" && "$plugin/.venv/bin/python" -m grpc_tools.protoc -I . \
    --python_out="$plugin/gen.new" --grpc_python_out="$plugin/gen.new" millrace/plugin/v1/*.proto)
  mv "$plugin/gen.new" "$plugin/gen"
  echo "$wanted" >"$stamp"
done
