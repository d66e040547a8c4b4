#!/bin/sh
# Makes the virtual environment in which the asyncio and uvloop benchmarks run: ../.cache/venv. Wants Python 3.13 or later,
# as $PYTHON or on the PATH.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
venv=$here/../.cache/venv
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2> /dev/null; }
for python in ${PYTHON:-python3 python3.15 python3.14 python3.13}; do
  if new_enough "$python"; then
    "$python" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    "$venv/bin/python" -c 'import sys, uvloop; print("Python", sys.version.split()[0], "uvloop", uvloop.__version__)'
    exit
  fi
done
echo "setup.sh: no Python 3.13 or later; name one in PYTHON" >&2
exit 1
