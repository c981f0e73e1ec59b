import ssh2 from 'ssh2'

/** A new ed25519 key pair in OpenSSH's format, for machines without ssh-keygen. */
export function generateKey(comment: string): { private: string; public: string } {
  return ssh2.utils.generateKeyPairSync('ed25519', { comment })
}
