#!/bin/bash
# Starts Claws Mail or Sylpheed once in each home, on a screen and a bus that are not there, and ends it as a user would: it
# writes its settings anew then. In a private network with nothing in it, or, in the box, with mail fetched between.
#   gtk-mail.sh claws-mail|sylpheed HOME...
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
if [ -z "${LAB_GTK:-}" ]; then
  if [ -n "${LAB_BOX:-}" ]; then LAB_GTK=1 exec dbus-run-session -- xvfb-run -a bash "$0" "$@"; fi
  LAB_GTK=1 exec unshare --mount --net --pid --fork --kill-child --mount-proc \
    bash -c 'ip link set lo up; exec dbus-run-session -- xvfb-run -a "$@"' lab bash "$0" "$@"
fi
program=$1; shift
offline=--offline
[ -z "${LAB_BOX:-}" ] || offline=
export NO_AT_BRIDGE=1 LANG=C.UTF-8
for home in "$@"; do
  # Their lock is a socket in the temporary folder.
  export HOME=$home TMPDIR=$home XDG_CACHE_HOME=$home/.cache
  cd "$home"
  timeout 30 "$program" $offline > "$home/said" 2>&1 &
  pid=$!
  # It answers as soon as it is there; with a question on the screen it never does.
  for _ in $(seq 100); do
    sleep 0.1
    case "$(timeout 3 "$program" --status 2> /dev/null || true)" in [0-9]*) break ;; esac
  done
  if [ -n "${LAB_BOX:-}" ]; then timeout 9 "$program" --receive-all > /dev/null 2>&1 || true; sleep 4; fi
  timeout 3 "$program" --exit > /dev/null 2>&1 || true
  wait $pid || { echo "$program did not end in $home" >&2; cat "$home/said" >&2; exit 1; }
done
