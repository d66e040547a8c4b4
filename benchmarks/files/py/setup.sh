#!/bin/sh
# Makes the virtual environment in which aiofiles is measured, outside the repository: in $CORIO_FILES_VENV, or the user's cache.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
venv=${CORIO_FILES_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/corio-benchmarks/files}
"${PYTHON:-python3}" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$venv/bin/python" -c 'import sys, importlib.metadata as m; print("Python", sys.version.split()[0], "aiofiles", m.version("aiofiles"))'
