#!/bin/bash
# in-gmailbox.sh DIR -- COMMAND...   "Gmail in a box": runs COMMAND where imap.gmail.com & co. are the lab's servers.
# Inside there is only loopback; every name in DIR/names is 127.0.0.2; the lab's certificate authority is the only one
# trusted; Dovecot and Postfix (mailserver.sh) listen on 143 993 110 995 587 465. So a real configuration runs unmodified.
# With a file DIR/zone (dns-stub.py says how it looks) there is also DNS, for all names that are not in DIR/names, and the
# certificate is for its hosts, too.
# COMMAND finds LAB_BOX=1, LAB_DIR (DIR) and LAB_CA (the authority's certificate). Mail stays in DIR between calls.
# Everything started is gone when COMMAND ends, whose exit status is returned. Needs root.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != --inside ]; then
  [ $# -ge 3 ] && [ "$2" = -- ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
  dir=$(mkdir -p "$1" && cd "$1" && pwd -P); shift 2
  exec 9> "$dir/lock"; flock 9   # one box a DIR at a time
  exec unshare --mount --net --pid --fork --kill-child --mount-proc bash "$here/in-gmailbox.sh" --inside "$dir" "$@"
fi
dir=$2; shift 2
sbin=/usr/sbin:/usr/bin:/sbin:/bin
quiet() { PATH=$sbin "$@" >> "$dir/box.log" 2>&1 9>&- < /dev/null; }   # fd 9 is the lock
: > "$dir/box.log"; trap '[ -n "${status:-}" ] || cat "$dir/box.log" >&2' EXIT
quiet ip link set lo up
quiet bash "$here/mailserver.sh" init "$dir"
export LAB_BOX=1 LAB_DIR=$dir LAB_CA=$dir/ca/ca.pem

{ echo "127.0.0.1 localhost $(cat /proc/sys/kernel/hostname)"; sed 's/^/127.0.0.2 /' "$dir/names"; } > "$dir/hosts"
look_up=files; : > "$dir/resolv.conf"
if [ -f "$dir/zone" ]; then
  look_up="files dns"
  printf 'nameserver 127.0.0.2\noptions timeout:1 attempts:1\n' > "$dir/resolv.conf"
fi
{ echo "hosts: $look_up"; grep -v '^hosts:' /etc/nsswitch.conf || true; } > "$dir/nsswitch.conf"
for file in hosts nsswitch.conf resolv.conf; do
  [ -e "/etc/$file" ] || { echo "lab: /etc/$file is missing" >> "$dir/box.log"; exit 1; }
  mount --bind "$dir/$file" "/etc/$file"
done
mount --bind "$dir/ca/trust" /etc/ssl/certs

rm -f "$dir/dovecot/run/master.pid" "$dir/spool/pid/master.pid"   # of a box that was killed
quiet bash "$here/mailserver.sh" start "$dir"
if [ -f "$dir/zone" ]; then
  quiet python3 "$here/dns-stub.py" 127.0.0.2 "$dir/zone" &
  for _ in $(seq 100); do
    ! grep -q "^ *[0-9]*: 0200007F:0035 " /proc/net/udp || break
    sleep 0.05
  done
fi
status=0
"$@" 9>&- || status=$?
exit $status   # whatever still runs in here dies with us
