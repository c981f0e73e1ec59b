import ssh2 from 'ssh2'

/** Length of an ed25519 public key as it travels (RFC 8709): two lengths, the name, the key, bytes. */
const PUBLIC = 4 + 'ssh-ed25519'.length + 4 + 32

/** A new ed25519 key pair in OpenSSH's format, for machines without ssh-keygen. */
export function generateKey(comment: string): { private: string; public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    // ssh2 1.17 drops a zero byte in front of a public key, one in 256, and no OpenSSH reads what is left
    if (Buffer.from(pair.public.split(' ')[1] ?? '', 'base64').length === PUBLIC) return pair
  }
}
