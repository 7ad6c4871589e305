#!/bin/bash
# make-signers.sh DIR   a throw-away authority with an intermediate one, and certificates to sign profiles with.
#   root.pem chain.pem            the root, the intermediate
#   rsa2048 rsa4096 p256 p384     NAME.pem, NAME.key (PKCS#8) and NAME.old.key (PKCS#1 or SEC 1), for a TLS server
#   mail code any client nosign   p256's key for other purposes: NAME.pem
#   self.pem                      p256's key, signed by itself;  ed25519.{pem,key};  locked.key: p256's with a passphrase
set -euo pipefail
mkdir -p "$1"; cd "$1"
quiet() { openssl "$@" 2> openssl.log || { cat openssl.log >&2; exit 1; }; }

sign() { # NAME KEY CA SERIAL EXTENSIONS
  quiet req -new -key "$2" -subj "/CN=$1.signer.lab" -out "$1.csr"
  quiet x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -set_serial "$4" -days 3650 -out "$1.pem" -extfile <(printf '%s\n' "${@:5}")
}

quiet ecparam -name prime256v1 -genkey -noout -out root.key
quiet req -x509 -new -key root.key -days 7300 -subj "/CN=Signing lab root (test only)" -out root.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
quiet ecparam -name prime256v1 -genkey -noout -out chain.key
sign chain chain.key root 2 basicConstraints=critical,CA:TRUE,pathlen:0 keyUsage=critical,keyCertSign,cRLSign

quiet genrsa -out rsa2048.key 2048
quiet genrsa -out rsa4096.key 4096
quiet genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.key
quiet genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.key
for rsa in rsa2048 rsa4096; do quiet rsa -in $rsa.key -traditional -out $rsa.old.key; done
for ec in p256 p384; do quiet ec -in $ec.key -out $ec.old.key; done
serial=10
for name in rsa2048 rsa4096 p256 p384; do
  sign $name $name.key chain $((serial++)) keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth "subjectAltName=DNS:$name.signer.lab"
done
sign mail p256.key chain 20 keyUsage=digitalSignature extendedKeyUsage=emailProtection
sign code p256.key chain 21 keyUsage=digitalSignature extendedKeyUsage=codeSigning
sign any p256.key chain 22 subjectAltName=DNS:any.signer.lab
sign client p256.key chain 23 keyUsage=digitalSignature extendedKeyUsage=clientAuth
sign nosign p256.key chain 24 keyUsage=keyEncipherment extendedKeyUsage=serverAuth
quiet req -x509 -new -key p256.key -days 3650 -subj "/CN=self.signer.lab" -out self.pem
quiet genpkey -algorithm ed25519 -out ed25519.key
sign ed25519 ed25519.key chain 25 keyUsage=digitalSignature extendedKeyUsage=serverAuth
quiet pkey -in p256.key -aes256 -passout pass:secret -out locked.key
rm -f ./*.csr openssl.log
