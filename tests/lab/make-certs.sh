#!/bin/bash
# make-certs.sh CADIR NAME...   a throw-away certificate authority and a server certificate for the NAMEs.
#   CADIR/ca.pem               the authority to trust
#   CADIR/server.{pem,key}     the servers' certificate
#   CADIR/trust/               stands in for the system's trust directory inside the box
# Does nothing when CADIR already has a certificate for the same NAMEs.
set -euo pipefail
dir=$1; shift
names="$*"
mkdir -p "$dir"; cd "$dir"
if [ -f names ] && [ "$(cat names)" = "$names" ]; then exit 0; fi

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
key ca.key
openssl req -x509 -new -key ca.key -days 30 -subj "/CN=Mail lab CA (test only)" -out ca.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
key server.key
openssl req -new -key server.key -subj "/CN=server.lab" -out server.csr
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out server.pem \
  -extfile <(echo "subjectAltName=$(printf 'DNS:%s,' "$@")IP:127.0.0.2"; echo extendedKeyUsage=serverAuth)

rm -rf trust; mkdir trust
cp ca.pem trust/ca-certificates.crt                            # GnuTLS
cp ca.pem "trust/$(openssl x509 -hash -noout -in ca.pem).0"    # OpenSSL's directory look-up
chmod 644 ./*.key
echo "$names" > names
