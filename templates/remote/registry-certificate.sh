# The certificates of the image registry. A file holds a certificate and its key, so that both change together. Only
# what OpenSSL 1.0.2 of Ubuntu 16.04 understands is used.

# registry_key: prints a new private key
registry_key() {
  openssl ecparam -name prime256v1 -genkey -noout
}

# registry_request KEY NAME: prints a request for a certificate of this name
registry_request() {
  printf '[req]\ndistinguished_name = subject\nprompt = no\n[subject]\nCN = %s\n' "$2" >request.cnf
  openssl req -new -sha256 -key "$1" -config request.cnf
}

# registry_serial: prints a serial number that no other certificate has
registry_serial() {
  printf '0x%s\n' "$(openssl rand -hex 16)"
}

# registry_authority NAME DAYS: prints a new certificate authority with its key
registry_authority() {
  registry_key >ca.key || return
  printf '%s\n' 'basicConstraints = critical, CA:TRUE, pathlen:0' 'keyUsage = critical, keyCertSign' \
    'subjectKeyIdentifier = hash' >ca.ext || return
  registry_request ca.key "$1" >ca.csr || return
  openssl x509 -req -sha256 -days "$2" -in ca.csr -signkey ca.key -set_serial "$(registry_serial)" -extfile ca.ext &&
    cat ca.key
}

# registry_certificate AUTHORITY NAME ADDRESS DAYS: prints a certificate with its key for a server's name and address
registry_certificate() {
  registry_key >server.key || return
  printf '%s\n' 'basicConstraints = critical, CA:FALSE' 'keyUsage = critical, digitalSignature' \
    'extendedKeyUsage = serverAuth' "subjectAltName = IP:$3, DNS:$2" 'authorityKeyIdentifier = keyid' >server.ext || return
  registry_request server.key "$2" >server.csr || return
  openssl x509 -req -sha256 -days "$4" -in server.csr -CA "$1" -CAkey "$1" -set_serial "$(registry_serial)" \
    -extfile server.ext && cat server.key
}
