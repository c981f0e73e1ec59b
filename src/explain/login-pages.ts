import type { Pages } from './page.ts'

/** Pages for the way to a machine: its address, its sshd, its host key and the login. */
export const LOGIN_PAGES = {
  UNREACHABLE: {
    means: 'No connection to the machine was made.',
    causes:
      'It is off or still booting, the address or port is wrong, the network between is down, a firewall drops SSH, or a jump host cannot reach it.',
    fix: 'Try `ssh USER@ADDRESS` from this computer. Correct ansible_host or ansible_port, or switch the machine on, then run the same command again.',
  },
  NO_SSH: {
    means: 'Something answers at that address and port, but it is not an SSH server.',
    causes:
      'A wrong ansible_port (a web server, a database), or an address that now belongs to another device.',
    fix: 'See what listens there: `nc ADDRESS PORT` shows a line that begins with SSH- where it is sshd. Correct ansible_port or ansible_host.',
  },
  NO_COMMON_ALGORITHM: {
    means:
      'This side and the SSH server of the machine share no algorithm for a cipher, key exchange or host key.',
    causes: 'A very old or a hardened sshd, or lists in ssh’s configuration that are too narrow.',
    fix: 'Do what the hint says: it names the line for ssh’s configuration here, or for sshd_config there. Both lists are below the error.',
  },
  HOST_KEY_UNKNOWN: {
    means:
      'The machine is new to this computer: its host key is not in known_hosts, so it could be any machine. Nothing was sent to it.',
    causes: 'The first connection to it from this account.',
    fix: '`convecthub ping --enroll` shows all new keys in one table and keeps them after one yes. Compare them with `cat /etc/ssh/ssh_host_*.pub | ssh-keygen -lf -` on the machines. In scripts: `--accept-new-host-keys`.',
  },
  HOST_KEY_CHANGED: {
    means:
      'The machine shows another host key than the one in known_hosts. No password and no command was sent.',
    causes:
      'It was reinstalled, its address now belongs to another machine, or somebody is listening in between.',
    fix: 'Find out which. If it was reinstalled, run the `ssh-keygen -R` command of the hint, then `convecthub ping --enroll`.',
  },
  HOST_CERTIFICATE: {
    means:
      'The machine shows a host certificate that is not good for it, although an authority for it is on file.',
    causes:
      'The certificate has expired, names other hosts, is broken, or the clock of this computer is wrong.',
    fix: 'Have the authority in known_hosts (@cert-authority) certify the host key again, and check the clock here with `date`.',
  },
  AUTH: {
    means: 'The machine refused the login: it took neither a key nor a password of ours.',
    causes:
      'A wrong user, a key that is not in ~/.ssh/authorized_keys there, or a password login that sshd does not allow.',
    fix: 'Try the `ssh` command of the hint. `ssh-copy-id -i KEY.pub USER@ADDRESS` installs a key; `-k` asks for the password; ansible_user names another user.',
  },
  TOO_MANY_KEYS: {
    means: 'sshd ended the login because too many keys were offered before the right one.',
    causes: 'An agent with many keys; sshd counts each as a failed try (MaxAuthTries, often 6).',
    fix: 'Name the right key with ansible_ssh_private_key_file, and write `IdentitiesOnly yes` for the host into ~/.ssh/config.',
  },
  SECOND_FACTOR: {
    means:
      'The key or password was taken, and the machine wants a second factor which was not given or was refused.',
    causes: 'AuthenticationMethods in sshd_config there, or a one-time code by PAM.',
    fix: 'Run it on a terminal and answer the question; for a password as second factor give `-k`.',
  },
  PASSWORD_EXPIRED: {
    means: 'The password of the login user has expired, and the machine wants a new one first.',
    causes: 'The password rules of the site, or a new account.',
    fix: 'Log in once by hand with `ssh` and set a new one, then run the same command again.',
  },
  ACCOUNT_EXPIRED: {
    means: 'The account of the login user has expired on the machine.',
    causes: 'An end date was set for it with chage or usermod.',
    fix: 'As root on the machine: `chage -E -1 USER`.',
  },
  LOGIN_BANNED: {
    means: 'sshd has banned the address of this computer for a while.',
    causes: 'Failed logins before (PerSourcePenalties of OpenSSH 9.8 and newer).',
    fix: 'Wait until the ban ends, usually some minutes, or restart sshd from the console of the machine. PerSourcePenaltyExemptList exempts an address.',
  },
  LOGIN_CLOSED: {
    means: 'The machine looked at the login and then closed the connection without saying why.',
    causes:
      'An account that is locked or has /usr/sbin/nologin, AllowUsers or PAM rules, or a network that broke at that moment.',
    fix: 'Its log says why: `journalctl -u ssh -u sshd -n 20` on the machine.',
  },
  LOGIN_DROPPED: {
    means:
      'The connection ended before the machine had looked at the login; it was tried again without success.',
    causes:
      'An sshd with many logins at once (MaxStartups), a firewall that limits new connections, or an unstable network.',
    fix: 'Run the same command again, with fewer logins at once: `-f 10`.',
  },
  PASSWORD_TIMEOUT: {
    means: 'sshd took the password of the login and then did not answer in time.',
    causes:
      'A directory service that is down, a PAM module that waits for something, or a machine that stopped at that moment.',
    fix: 'Try `ssh USER@ADDRESS true`. The password was tried once and is not tried again by itself.',
  },
  SUDO_LOST: {
    means: 'The connection broke after sudo had been given the password and before it answered.',
    causes: 'The network, or a machine or an sshd that ended the connection.',
    fix: 'Try `ssh USER@ADDRESS sudo true`, then run the same command again. A password that the machine has not taken yet is not tried again by itself.',
  },
  SUDO_TIMEOUT: {
    means: 'sudo took the password and then did not answer in time.',
    causes:
      'DNS lookups of sudo that hang, a directory service that is down, or a PAM module that waits for something.',
    fix: 'Try `time ssh USER@ADDRESS sudo true`. The password was tried once and is not tried again by itself.',
  },
  LOGIN_TIMEOUT: {
    means: 'The login or the root shell after it took too long.',
    causes:
      'A slow or overloaded machine, DNS lookups of sshd or sudo that hang, a login shell that asks something, or too many logins at once.',
    fix: 'Try `time ssh USER@ADDRESS sudo true`: it must end within seconds and without a question. Give fewer logins at once with `-f 20`, or more time with `-T 60`.',
  },
  NO_SHELL: {
    means: 'The login worked, but no shell could be started.',
    causes:
      'A login shell such as nologin, a forced command, ~/.profile or ~/.bashrc that ends the shell, or a cloud image that only allows another user.',
    fix: 'Try `ssh USER@ADDRESS true`. Where the machine names another user, set ansible_user to it.',
  },
  SUDO_PASSWORD_NEEDED: {
    means: 'sudo on the machine wants a password, and none was given.',
    causes: 'No NOPASSWD rule for the login user.',
    fix: 'Give `-K`, which asks once for all machines, or set ansible_become_pass in a vault, or add a NOPASSWD rule in /etc/sudoers.d/.',
  },
  SUDO_PASSWORD_WRONG: {
    means:
      'sudo refused the password. It was tried once and will not be tried again, as many failures lock accounts.',
    causes: 'A typing mistake, or machines with different passwords.',
    fix: 'Run it again with `-K`. For different passwords, set ansible_become_pass for each host in a vault. `faillock --user USER` on the machine shows counted failures.',
  },
  SUDO_DENIED: {
    means: 'The login user may not use sudo on the machine, or its account is expired or locked.',
    causes: 'The user is in no group that sudoers allows.',
    fix: 'As root on the machine: `usermod -aG sudo USER`, or set ansible_user to a user who may. `chage -l USER` shows an expiry.',
  },
  SUDO_MISSING: {
    means: 'The login user is not root, and sudo is not installed on the machine.',
    causes: 'A minimal installation; Debian leaves sudo out when root was given a password.',
    fix: 'As root on the machine: `apt install sudo`, then allow the user; or log in as root with ansible_user=root.',
  },
  SUDO_NEEDS_TTY: {
    means: 'sudo on the machine insists on a terminal, and giving it one did not help.',
    causes: '`Defaults requiretty` in /etc/sudoers.',
    fix: 'Remove that line with `visudo` on the machine.',
  },
  SUDO_NOT_ROOT: {
    means: 'sudo worked but made us another user than root.',
    causes: 'A sudoers rule that maps this user to another one.',
    fix: '`sudo -l` on the machine shows the rules: `sudo -u root` must give root.',
  },
} as const satisfies Pages
