#!/bin/bash
# Installs the real programs that the tests hold generated files against (Debian 12 and relatives), by apt. Idempotent.
# Needs root, or sudo. No service is started and no debconf question is asked.
#
# install.sh --full  also builds what no distribution has in the versions wanted, from crates.io, into target/lab/.
set -euo pipefail

# NAME-VERSION: the folder below target/lab/ that the tests look into.
built=(himalaya-1.2.0 himalaya-2.2.1 meli-0.9.0)
build() {
  local root=target/lab/$1 name=${1%-*} version=${1##*-} features=()
  [ ! -x "$root/bin/$name" ] || return 0
  # meli's OpenPGP needs a compiler for C headers, its others libraries of the system.
  [ "$name" != meli ] || features=(--no-default-features --features smtp,http,jmap,cli-docs,sqlite3-static,tls-static,http-static)
  echo "lab: building $name $version"
  cargo install --locked "${features[@]}" --root "$root" "$name@$version"
}
if [ "${1-}" = --full ]; then
  shift
  ( cd "$(dirname "$0")/../.." && for one in "${built[@]}"; do build "$one"; done )
fi

packages=(
  msmtp mutt neomutt thunderbird                      # the judges
  aerc alot notmuch s-nail alpine gnupg               # more of them
  dovecot-core dovecot-imapd dovecot-pop3d postfix    # the servers they talk to
  libplist-utils libxml2-utils openssl                # format checkers
  python3 python3-yaml bsdutils util-linux iproute2 procps ca-certificates libsasl2-modules
)
missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -eq 0 ]; then echo "lab: everything is installed"; exit 0; fi

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
echo "lab: installed"
