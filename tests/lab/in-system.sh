#!/bin/bash
# in-system.sh FILES [PACKAGE...] -- COMMAND...   runs COMMAND in a system that has the unpacked PACKAGEs (folders, see
# install.sh) and the content of FILES (etc/...) laid over this one's files. So programs that cannot be installed side by
# side run with their own paths, and nothing here is changed: all is in memory and gone at the end. Needs root.
set -euo pipefail
if [ "${1:-}" != --inside ]; then
  [ $# -ge 3 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
  exec unshare --mount --pid --fork --kill-child --mount-proc bash "$0" --inside "$@"
fi
shift
files=$(cd "$1" && pwd -P); shift
packages=()
while [ "$1" != -- ]; do packages+=("$(cd "$1" && pwd -P)"); shift; done
shift
memory=$(mktemp -d)
mount -t tmpfs -o mode=755 lab "$memory"
cd "$memory"
mkdir up work root layers
layers=
for package in "${packages[@]}"; do
  name=layers/$(basename "$package")
  cp -a "$package" "$name"
  rm -rf "${name:?}/lib"   # here /lib is a link, and only units for systemd are in there
  layers+="$name:"
done
cp -R "$files/." up/
chown -R root:root up
find up -type d -exec chmod 755 {} +
find up -type f -exec touch -d 2001-01-01 {} +   # Postfix waits for a second with a file that may still be being written
mount -t overlay lab -o "lowerdir=$layers/,upperdir=up,workdir=work" root
for there in /dev /proc /etc/hosts /etc/nsswitch.conf /etc/resolv.conf /etc/ssl/certs; do
  [ -e "$there" ] && mount --rbind "$there" "root$there"
done
# Users that the packages would have made.
for user in opensmtpd opensmtpq; do
  grep -q "^$user:" root/etc/passwd || {
    id=$((990 + ${#user} + $(grep -c . root/etc/passwd)))
    echo "$user:x:$id:$id::/nonexistent:/usr/sbin/nologin" >> root/etc/passwd
    echo "$user:x:$id:" >> root/etc/group
  }
done
exec chroot root "$@"
