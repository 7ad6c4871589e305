#!/bin/bash
# A real Dovecot (IMAP, POP3, SASL) and a real Postfix (submission) for in-gmailbox.sh, all state under DIR.
#   mailserver.sh init DIR     the default inputs and the certificates
#   mailserver.sh start DIR    listens on 127.0.0.2, ports 143 993 110 995 587 465
#   mailserver.sh drain DIR    waits until every mail that Postfix has taken is delivered
# Inputs, written with defaults when absent:
#   DIR/users.tsv   LOGIN <tab> PASSWORD <tab> LAYOUT [<tab> ADDRESS...], LAYOUT one of gmail, gmail-german, plain,
#                   cpanel; ADDRESS: what the user may send from, too
#   DIR/names       host names the certificate is for; so are the hosts of DIR/zone, if there is one
# The daemons see DIR as /mnt, in a mount namespace of their own: so DIR may be long or private. They are stopped by the
# end of the box, which kills all that runs in it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
PATH=/usr/sbin:/usr/bin:/sbin:/bin
host=127.0.0.2   # not 127.0.0.1: Dovecot takes same-address clients as secured and skips its TLS rules
usage() { sed -n '3,5s/^# //p' "$0" >&2; exit 2; }
[ $# = 2 ] || usage
verb=$1; dir=$(mkdir -p "$2" && cd "$2" && pwd -P)
pidfiles=("$dir/dovecot/run/master.pid" "$dir/spool/pid/master.pid")

pid() { tr -d ' \n' 2>/dev/null < "$1"; } 2>/dev/null
alive() { local p; p=$(pid "$1") && [ -n "$p" ] && grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$p/status"; }

drain() {
  for _ in $(seq 400); do
    [ -n "$(find "$dir/spool/incoming" "$dir/spool/active" "$dir/spool/maildrop" -type f 2>/dev/null)" ] || return 0
    sleep 0.025
  done
  echo "lab: Postfix does not deliver" >&2; cat "$dir/postfix.log" >&2; return 1
}

init() {
  [ -f "$dir/names" ] || printf '%s\n' {imap,pop,smtp,mail}.example.test {imap,pop,smtp}.gmail.com > "$dir/names"
  [ -f "$dir/users.tsv" ] || printf '%s\t%s\t%s\n' > "$dir/users.tsv" \
    me@gmail.com abcdefghijklmnop gmail \
    alice@example.test correct-horse plain \
    bob@example.test "p\"q'r\\s#t \$u%v é€" cpanel
  local names hosts=/dev/null; [ ! -f "$dir/zone" ] || hosts=$dir/zone
  mapfile -t names < <(cat "$dir/names"; awk '$2 == "A" { print $1 }' "$hosts")
  bash "$here/make-certs.sh" "$dir/ca" "${names[@]}"
}

start() {
  init
  python3 "$here/mailserver-config.py" "$dir" "$host"
  mkdir -p "$dir/mail" "$dir/spool/pid" "$dir/spool-data"
  chmod go+x "$dir"   # the daemons run as users of their own, and mktemp makes a private DIR
  chown mail:mail "$dir/mail"; chown postfix "$dir/spool-data"
  rm -f "$dir/dovecot.log" "$dir/postfix.log"
  unshare --mount bash -euc '
    mount --bind "$1" /mnt
    postfix -c /mnt/postfix check                       # makes the spool
    /usr/lib/postfix/sbin/master -c /mnt/postfix -w     # what "postfix start" ends with, only faster
    dovecot -c /mnt/dovecot/dovecot.conf' lab "$dir" > "$dir/start.log" 2>&1 ||
    { cat "$dir"/{start,dovecot,postfix}.log >&2 2> /dev/null; exit 1; }
  for _ in $(seq 200); do   # both take connections as soon as they are forked; this is for a slow machine
    alive "${pidfiles[0]}" && alive "${pidfiles[1]}" && return
    sleep 0.05
  done
  echo "lab: the servers did not start" >&2; cat "$dir"/{start,dovecot,postfix}.log >&2 2> /dev/null; exit 1
}

case $verb in
  init | start | drain) "$verb" ;;
  *) usage ;;
esac
