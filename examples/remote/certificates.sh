#!/usr/bin/env bash
# Makes a throw-away authority and one certificate for this machine, for trying `quic/`. Usage: certificates.sh FOLDER
# The key of the authority is deleted: it signs nothing else.
set -euo pipefail
folder=${1:?usage: certificates.sh FOLDER}
mkdir -p "$folder"
cd "$folder"

new_key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

new_key ca.key
openssl req -x509 -new -key ca.key -days 30 -subj '/CN=throw-away authority' -out ca.pem
new_key node.key
openssl req -new -key node.key -subj '/CN=node' -out node.csr
openssl x509 -req -in node.csr -CA ca.pem -CAkey ca.key -days 30 -out node.pem -extfile <(
    echo 'basicConstraints = CA:FALSE'
    echo 'extendedKeyUsage = serverAuth, clientAuth'
    echo 'subjectAltName = DNS:localhost, IP:127.0.0.1'
) 2>/dev/null
rm ca.key node.csr
