#!/bin/bash
# Installs the real programs that the tests hold generated files against (Debian 12 and relatives), by apt, PyPI and npm.
# Idempotent. Needs root, or sudo. No service is started and no debconf question is asked.
#
# install.sh --full  also builds what no distribution has in the versions wanted, from crates.io.
#
# What is not installed into the system lies in target/lab/, where the tests look for it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lab=$(cd "$here/../.." && pwd)/target/lab
mkdir -p "$lab"

packages=(
  msmtp git-email swaks                               # those that send
  libmailtools-perl libio-socket-ssl-perl libauthen-sasl-perl libnet-ssleay-perl libio-socket-inet6-perl   # what git send-email and swaks need for TLS and IPv6
  isync libsasl2-modules-kdexoauth2 mpop offlineimap3 getmail6 fetchmail imapfilter lua5.4 vdirsyncer   # those that fetch
  mutt neomutt aerc alot s-nail alpine                # those that people read with
  emacs-nox emacs-el mu4e maildir-utils notmuch       # Emacs, and what indexes mail
  thunderbird claws-mail sylpheed                     # programs with windows,
  xvfb xauth dbus dbus-x11                            # and a screen that is not there
  gir1.2-edataserver-1.2 gir1.2-camel-1.2 python3-gi  # to ask Evolution's data server
  libkf5config-bin                                    # KDE's own reader of its settings
  prometheus-alertmanager ruby-actionmailer ruby-dotenv   # applications that send
  php-cli php-symfony-mailer php-illuminate-support php-vlucas-phpdotenv
  golang-go golang-gopkg-ini.v1-dev libyaml-snake-java python3-pip
  dovecot-core dovecot-imapd dovecot-pop3d postfix    # the servers they talk to
  nginx-light caddy apache2                           # web servers, for what is exported
  slapd ldap-utils postgresql                         # directories of users
  bind9-utils bind9-dnsutils                          # zone files
  chromium fonts-dejavu-core fonts-roboto-unhinted    # set-up pages, as people see them,
  python3-websocket zbar-tools                        # and what drives the browser and reads QR codes
  gnupg gpgsm                                         # for signed mail
  libplist-utils libxml2-utils openssl                # format checkers
  stow
  python3 python3-yaml bsdutils util-linux iproute2 procps ca-certificates libsasl2-modules
)
command -v javac > /dev/null || packages+=(default-jdk-headless)
command -v node > /dev/null || packages+=(nodejs npm)   # 20.12 or later; Debian 12 has 18, with which tests are skipped

# Programs whose versions no distribution has: NAME-VERSION, the folder below target/lab/.
build() {
  local root=$lab/$1 name=${1%-*} version=${1##*-} features=()
  [ ! -x "$root/bin/$name" ] || return 0
  # meli's OpenPGP needs a compiler for C headers, its others libraries of the system.
  [ "$name" != meli ] || features=(--no-default-features --features smtp,http,jmap,cli-docs,sqlite3-static,tls-static,http-static)
  echo "lab: building $name $version"
  cargo install --locked "${features[@]}" --root "$root" "$name@$version"
}
if [ "${1-}" = --full ]; then
  shift
  for one in himalaya-1.2.0 himalaya-2.2.1 meli-0.9.0; do build "$one"; done
fi

# Packages that would bring too much along, or drive out another (mail transfer agents exclude each other): unpacked only.
unpack() { # FOLDER PACKAGE...
  local folder=$lab/$1 into; shift
  [ ! -e "$folder/.complete" ] || return 0
  rm -rf "$folder"; mkdir -p "$folder"
  into=$(mktemp -d)
  chmod 755 "$into"
  (cd "$into" && apt-get -q -o APT::Sandbox::User=root download "$@" > /dev/null)
  for deb in "$into"/*.deb; do dpkg -x "$deb" "$folder"; done
  rm -rf "$into"
  touch "$folder/.complete"
  echo "lab: unpacked $*"
}

# What comes from elsewhere. Versions are pinned: what a program does is to change when somebody looks.
extras() {
  unpack nullmailer nullmailer
  unpack dma dma
  unpack opensmtpd opensmtpd
  unpack nsd nsd                                      # a DNS server, which would start and take port 53
  unpack evolution evolution-data-server libebackend-1.2-11
  local pins="django==4.2.29 asgiref==3.8.1 sqlparse==0.5.3 python-dotenv==1.2.1 deltachat-rpc-server==2.65.0"
  if [ "$(cat "$lab/python/pins" 2> /dev/null)" != "$pins" ]; then
    rm -rf "$lab/python"
    # shellcheck disable=SC2086
    /usr/bin/python3 -m pip install -q --target "$lab/python" --no-deps --only-binary :all: $pins
    echo "$pins" > "$lab/python/pins"
  fi
  pins="nodemailer@6.10.1 nodemailer-latest@npm:nodemailer@10.6.0"
  if [ "$(cat "$lab/node/pins" 2> /dev/null)" != "$pins" ]; then
    rm -rf "$lab/node"; mkdir "$lab/node"
    # shellcheck disable=SC2086
    npm install --silent --no-audit --no-fund --prefix "$lab/node" $pins
    echo "$pins" > "$lab/node/pins"
  fi
  if [ ! "$lab/read-ini" -nt "$here/read-ini.go" ]; then
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$lab/go-cache" go build -o "$lab/read-ini" "$here/read-ini.go"
  fi
  local sources=("$here"/readers/{Cargo.toml,Cargo.lock,build.rs,src})
  if [ ! -e "$lab/readers/readers" ] || [ -n "$(find "${sources[@]}" -newer "$lab/readers/readers")" ]; then
    # Fetched whole, built in part: see its Cargo.toml.
    local host; host=$(rustc -vV | sed -n 's/^host: //p')
    (cd "$here/readers" && cargo fetch -q --locked --target "$host" &&
      cargo build -q --locked --target-dir "$lab/readers/target")
    cp "$lab/readers/target/debug/readers" "$lab/readers/readers"
    rm -rf "$lab/readers/target"
  fi
  if [ ! "$lab/ReadYaml.class" -nt "$here/ReadYaml.java" ]; then
    javac -cp /usr/share/java/snakeyaml.jar -d "$lab" "$here/ReadYaml.java"
  fi
}

missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -eq 0 ]; then extras; echo "lab: everything is installed"; exit 0; fi

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
extras
echo "lab: installed"
