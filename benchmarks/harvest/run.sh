#!/bin/sh
# Pages per second of wget, of peer.py and of harvest, on one site served by nginx, taking turns in one sitting:
#
#   run.sh FOLDER DATABASE [ROUNDS]     FOLDER: a static site; DATABASE: postgres://…, whose schema `harvest` is dropped
#
# Wants nginx, wget, psql, and a Python with aiohttp, aiofiles, asyncpg and selectolax as $PYTHON.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
folder=$(cd "$1" && pwd -P)
database=$2
rounds=${3:-5}
python=${PYTHON:-python3}
port=${PORT:-8097}
concurrency=${CONCURRENCY:-64}
url=http://127.0.0.1:$port/
node=$here/../../node_modules/.bin/node
work=$(mktemp -d)
"$here/serve-site.sh" "$folder" "$port" "$work/nginx" &
nginx=$!
trap 'kill $nginx; rm -rf "$work"' EXIT
until wget -q -O /dev/null "$url"; do sleep 0.1; done

now() { date +%s.%N; }
fresh() { rm -rf "$work/out"; psql -q "$database" -c 'drop schema if exists harvest cascade' 2> "$work/psql"; }
# note NAME PAGES WALL [OWN]: seconds of the whole process, and as the program itself counts, without starting and reporting
note() {
  echo "$1 $2 $3 ${4:-$3}" | awk '{ printf "%-20s %6d pages  %7.3f s of the process, %7.3f s of work\n", $1, $2, $3, $4 }'
  echo "$1 $2 $3 ${4:-$3}" >> "$work/results"
}
# timed COMMAND...: leaves the seconds in $wall
timed() {
  from=$(date +%s%N)
  "$@"
  wall=$(( ($(date +%s%N) - from) / 1000000 ))
  wall=$(printf '%d.%03d' $((wall / 1000)) $((wall % 1000)))
}

copy_by_wget() {
  # 8: a link was broken
  wget -q --recursive --level=inf --no-parent --no-host-directories --directory-prefix="$work/out" "$url" || [ $? -eq 8 ]
}
wget_once() {
  fresh
  timed copy_by_wget
  note wget "$(find "$work/out" -type f | wc -l)" "$wall"
}
# peer_once NAME
peer_once() {
  fresh
  timed "$python" "$here/peer.py" "$url" "$work/out" "$database" "$concurrency" > "$work/said"
  note "$1" $(sed 's/.*"pages": \([0-9]*\).*"seconds": \([0-9.]*\).*/\1 @ \2/' "$work/said" | sed "s/@/$wall/")
}
# harvest_once NAME DATABASE DIALECT
harvest_once() {
  fresh
  HARVEST_DIALECT=$3 timed "$node" --conditions=@corio/source "$here/../../examples/harvest/src/cli.ts" "$url" \
    --out "$work/out" --database "$2" --concurrency "$concurrency" > "$work/said" 2> "$work/errors" || { cat "$work/errors"; exit 1; }
  note "$1" $(tr -d , < "$work/said" | sed -n "s/.*pages and files *\([0-9]*\) in .* \([0-9]*\) per second.*/\1 $wall \2/p" | awk '{ print $1, $2, $1 / $3 }')
}

round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  echo "round $round"
  wget_once
  peer_once peer
  PEER_UVLOOP=1 peer_once peer-uvloop
  harvest_once harvest "$database" functions
  harvest_once harvest-coroutines "$database" coroutines
  harvest_once harvest-embedded "pglite:$work/out/.harvest/db" functions
done
echo "medians: pages per second of the process, of work; as a multiple of peer's work"
for name in wget peer peer-uvloop harvest harvest-coroutines harvest-embedded; do
  for column in 3 4; do
    awk -v name=$name -v column=$column '$1 == name { print $2 / $column }' "$work/results" | sort -n | awk '
      { value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
  done | xargs echo $name
done | awk '{ name[NR] = $1; wall[NR] = $2; work[NR] = $3; if ($1 == "peer") peer = $3 }
  END { for (i = 1; i <= NR; i++) printf "  %-20s %8.1f %8.1f  %5.2f\n", name[i], wall[i], work[i], work[i] / peer }'
