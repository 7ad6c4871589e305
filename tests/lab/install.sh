#!/bin/bash
# Installs the real programs that the tests hold generated files against (Debian 12 and relatives), by apt. Idempotent.
# Needs root, or sudo. No service is started and no debconf question is asked.
set -euo pipefail

packages=(
  msmtp mutt neomutt thunderbird                      # the judges
  dovecot-core dovecot-imapd dovecot-pop3d postfix    # the servers they talk to
  libplist-utils libxml2-utils openssl                # format checkers
  claws-mail sylpheed xvfb xauth dbus dbus-x11        # programs with windows, and a screen that is not there
  gir1.2-edataserver-1.2 gir1.2-camel-1.2 python3-gi  # to ask Evolution's data server
  libkf5config-bin                                    # KDE's own reader of its settings
  python3 python3-yaml bsdutils util-linux iproute2 procps ca-certificates libsasl2-modules
)
# Packages that would bring too much along, or drive out another: unpacked below target/lab, not installed.
unpack() { # FOLDER PACKAGE...
  local folder into
  folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/target/lab/$1; shift
  [ -e "$folder/.complete" ] && return
  rm -rf "$folder"; mkdir -p "$folder"
  into=$(mktemp -d)
  chmod 755 "$into"
  (cd "$into" && apt-get -q download "$@" > /dev/null)
  for deb in "$into"/*.deb; do dpkg -x "$deb" "$folder"; done
  rm -rf "$into"
  touch "$folder/.complete"
  echo "lab: unpacked $*"
}
unpack_all() {
  unpack evolution evolution-data-server libebackend-1.2-11
}
missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -eq 0 ]; then unpack_all; echo "lab: everything is installed"; exit 0; fi

if [ "$(id -u)" != 0 ]; then
  if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then exec sudo -n bash "$0" "$@"; fi
  if command -v sudo > /dev/null && [ -t 0 ]; then exec sudo bash "$0" "$@"; fi
  echo "lab: cannot install ${missing[*]}: neither root nor sudo without a password" >&2
  exit 1
fi
echo "lab: installing ${missing[*]}"

# Debian starts a daemon as soon as it is installed unless policy-rc.d says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
if command -v debconf-set-selections > /dev/null; then
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
fi
apt=(apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
"${apt[@]}" update
"${apt[@]}" install --no-install-recommends "${missing[@]}"
unpack_all
echo "lab: installed"
