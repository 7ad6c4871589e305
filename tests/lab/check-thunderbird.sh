#!/bin/bash
# The real Thunderbird's own account-setup code on autoconfig files. Prints JSON; exits 1 when Thunderbird refuses.
#   check-thunderbird.sh parse EMAIL CONFIG.xml...     what Thunderbird understood, all files in one start
#   check-thunderbird.sh parse --list LIST.json        the same; LIST.json: [{"file": PATH, "email": ADDRESS}, ...]
#   check-thunderbird.sh login EMAIL CONFIG.xml --password-file FILE   (in the box) log in, send, fetch
#   check-thunderbird.sh find --list LIST.json --password-file FILE    (in the box) its own search for addresses, all in
#                                                      one start; the last result is what it asked of web servers
#   check-thunderbird.sh accounts FILE... | values LIST.json | starts HOME PROFILE | use HOME PROFILE USE.json
#                                                      user.js files; thunderbird-accounts.py says more
# --strict: a server or domain that Thunderbird dropped or a swallowed error is a failure, too.
# Outside the box it runs in a private network of its own with nothing in it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || { sed -n '2,11s/^# //p' "$0" >&2; exit 2; }
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PYTHONDONTWRITEBYTECODE=1
case "$1" in
  accounts|values|starts|use) run=(python3 "$here/thunderbird-accounts.py") ;;
  *) run=(python3 "$here/check-thunderbird.py") ;;
esac
if [ -n "${LAB_BOX:-}" ]; then exec "${run[@]}" "$@"; fi
exec unshare --mount --net --pid --fork --kill-child --mount-proc \
  bash -c 'ip link set lo up; "$@"' lab "${run[@]}" "$@"
