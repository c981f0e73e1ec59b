import type { Pages } from './page.ts'

/** Pages for the files beside the inventory: bundle, JupyterHub values, keys, ssh's configuration. */
export const INPUT_PAGES = {
  BUNDLE_FILE: {
    means:
      'A file of the bundle is missing, cut short or changed: it is not what bundle.lock.yaml says. No machine was contacted. With `bundle lock`: a file is unknown, or a needed one is missing.',
    causes:
      'A copy that was interrupted, a full USB stick, or a file that was replaced after the lock was written. For `bundle lock`: Helm still packed, or a link that leads out of the folder.',
    fix: 'Copy the bundle again and run `convecthub bundle verify FOLDER`. If you replaced a file on purpose, write the lock again with `convecthub bundle lock FOLDER`.',
  },
  BUNDLE_LOCK: {
    means:
      'bundle.lock.yaml cannot be read as the list of a bundle. The lines below name what is wrong in it.',
    causes: 'It was edited by hand, cut short, or is of a newer convecthub.',
    fix: 'Take the one that came with the bundle, or write it again: `convecthub bundle lock FOLDER`.',
  },
  BUNDLE_MISSING: {
    means: 'The folder of artifacts has no bundle.lock.yaml, or is not there at all.',
    causes: 'The bundle was not copied yet, or lies elsewhere than in shared/bin beside the inventory.',
    fix: 'Copy it there, or name its folder: `--bundle FOLDER`. `convecthub help bundle` says what belongs into it.',
  },
  BUNDLE_PACK: {
    means:
      'A packed bundle cannot be unpacked: it is not a pack, a part is missing or damaged, or it holds only what changed since a bundle that is not in the folder.',
    causes:
      'A copy that was interrupted, a part left on another USB stick, or a pack made with `--base` and an empty folder.',
    fix: 'Copy all its parts into one folder and unpack again: what is right already is kept. A pack made with `--base OLD` goes into the folder that holds that old bundle.',
  },
  BUNDLE_SIGNATURE: {
    means:
      'The bundle is not signed with the key that is trusted here: bundle_key in the inventory, or `--trust`. No machine was contacted.',
    causes: 'It was never signed, was changed after that, or comes from somebody else.',
    fix: 'Ask whoever made it to sign it: `convecthub bundle sign FOLDER --key KEY`. Where you trust its maker with another key, name that key.',
  },
  JHUB_CONFIG: {
    means: 'The file at jhub_config_path cannot be used as values for the JupyterHub chart.',
    causes:
      'It does not exist, is not a YAML mapping, or lies outside the folder of the inventory and belongs to another user.',
    fix: 'Create it, correct the path (a relative one counts from the folder of the inventory), or take the line out of the inventory: the hub then has one password for all.',
  },
  OPEN_HUB: {
    means: 'The JupyterHub values let anybody log in, who then can run programs on your machines.',
    causes:
      'The authenticator `dummy` without a password, open sign-up, or another setting that the error names with its line.',
    fix: 'Correct that line. Without any authenticator in the values, convecthub makes one password for all. `--insecure-hub` goes on with a warning.',
  },
  KEY_FILE: {
    means: 'A private key cannot be read.',
    causes:
      'A wrong path (a relative one counts from the current folder), a public key (`.pub`) in its place, a PuTTY key, or a file that you may not read.',
    fix: 'Correct ansible_ssh_private_key_file. `ssh-keygen -yf FILE` shows whether the file is a private key.',
  },
  KEY_ENCRYPTED: {
    means: 'A private key has a passphrase, and none was given that opens it.',
    causes: 'Nobody could be asked (no terminal), the question was left empty, or the passphrase was wrong.',
    fix: 'Run it on a terminal and answer, or load the key into an agent first: `ssh-add FILE`.',
  },
  KNOWN_HOSTS: {
    means: 'The known_hosts file cannot be read or written, so host keys cannot be checked or kept.',
    causes: 'Wrong permissions, a folder in its place, or a line that no ssh could have written.',
    fix: 'Correct the file, or name another with `-o UserKnownHostsFile=FILE` in ansible_ssh_common_args.',
  },
  SSH_CONFIG: {
    means:
      "ssh's own configuration (~/.ssh/config or /etc/ssh/ssh_config) has a mistake, or its jump hosts go in a circle.",
    causes:
      'A misspelt keyword, a value that ssh would refuse too, or a ProxyJump that also applies to the jump host itself.',
    fix: 'Correct the line that the error names; `ssh -G HOST` shows how ssh reads it. `-F none` in ansible_ssh_common_args leaves the file out.',
  },
  SSH_CONFIG_OPTION: {
    means:
      "ssh's configuration sets an option for this host that convecthub does not support. Leaving it out would change where or how we log in.",
    causes:
      'An option such as CertificateFile or BindAddress, or a list of algorithms of which convecthub knows none.',
    fix: 'Take it out for this host, or use `-F none` in ansible_ssh_common_args. `convecthub help connections` lists what is supported.',
  },
  VAULT_PASSWORD_FILE: {
    means:
      'The file with the password of ansible-vault is missing or empty, or the program in its place failed.',
    causes: 'A wrong path, or an executable file that only ansible.cfg names, which is never run.',
    fix: 'Correct the path. Name a program with `--vault-password-file PROGRAM`, or use `--ask-vault-pass`.',
  },
} as const satisfies Pages
