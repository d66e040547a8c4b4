#!/bin/sh
# Serves a folder with nginx until it is killed: serve-site.sh FOLDER PORT [PREFIX]
set -eu
folder=$(cd "$1" && pwd -P)
prefix=${3:-$(mktemp -d)}
mkdir -p "$prefix"
# Its workers are another user, who must be able to walk there.
chmod 755 "$prefix"
sed -e "s|@prefix@|$prefix|" -e "s|@port@|$2|" -e "s|@root@|$folder|" "$(dirname "$0")/nginx.conf" > "$prefix/nginx.conf"
exec nginx -p "$prefix" -c "$prefix/nginx.conf"
