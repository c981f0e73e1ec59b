import ssh2 from 'ssh2'

/** Length of an ed25519 public key in wire format (RFC 8709), bytes: two length fields, the name, the key. */
const PUBLIC = 4 + 'ssh-ed25519'.length + 4 + 32

/** Makes an ed25519 key pair in OpenSSH's format, without ssh-keygen. `public` is one line, without its end. */
export function generateKey(comment: string): { private: string; public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    // ssh2 1.17 drops a leading zero byte of the public key (1 key in 256), and OpenSSH cannot read the result
    if (Buffer.from(pair.public.split(' ')[1] ?? '', 'base64').length === PUBLIC) return pair
  }
}
