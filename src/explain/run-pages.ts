import type { Pages } from './page.ts'

/** Pages for what can fail on a machine during a run. */
export const RUN_PAGES = {
  LOCKED: {
    means: 'Another convecthub is at work on this machine. The message says who, where and since when.',
    causes: 'A colleague, a second terminal, or a run whose computer lost the network moments ago.',
    fix: 'Wait for it to end: the lock goes with its connection. Where that computer is gone for good, the hint has the command that ends it.',
  },
  NO_LOCK: {
    means: 'The machine cannot hold the lock that keeps two runs from working on it at once.',
    causes: '/run is read-only or full, or flock of util-linux does not work there.',
    fix: 'Try the `flock` command of the hint as root on the machine.',
  },
  LOST: {
    means: 'The connection to the machine broke, and could not be made again in time.',
    causes: 'A network fault, a reboot, or a machine that ran out of memory.',
    fix: 'Run the same command again. Long jobs such as apt go on by themselves on the machine, and their end is waited for.',
  },
  TIMEOUT: {
    means:
      'A command on the machine took longer than its deadline, or was silent for too long, and was ended.',
    causes:
      'A slow disk or mirror, a hanging mount, a machine that is overloaded, or a service that does not come up.',
    fix: 'The last lines it printed are below the error. Look at the machine (`journalctl -n 50`, `df -h`, `uptime`), then run the same command again.',
  },
  STEP_FAILED: {
    means: "A command of a step failed on the machine. The lines below the error are the machine's own.",
    causes:
      'A package mirror that cannot be reached, a full disk, a service that does not start, or a port that is taken. For known causes the hint says what to do.',
    fix: 'Fix the cause on the machine, then run the same command again: it continues at this step. `-v` shows all that the machine prints.',
  },
  NOT_PROVEN: {
    means: 'The commands of a step succeeded, but the machine is not as it should be afterwards.',
    causes:
      'Something on the machine undoes the change: Puppet, another admin, a cron job, a unit that stops again.',
    fix: 'Look at the file or service that the message names, find what changes it, then run the same command again.',
  },
  PROBE: {
    means: 'What the machine answered about itself cannot be read.',
    causes: 'A broken or replaced shell, a disk with errors, or a program that writes into every output.',
    fix: 'The end of its answer is below the error. Try `ssh USER@ADDRESS sudo sh -c id`: it must print one line.',
  },
  TOO_MUCH_OUTPUT: {
    means: 'The machine printed more than any command of convecthub would, so the connection was closed.',
    causes: 'A login script in a loop, or a machine that somebody else controls.',
    fix: 'Log in with `ssh` and see what it prints.',
  },
  UNSAFE_FOLDER: {
    means:
      'Root would have to write or run something in a folder that other users can change, and they could exchange it. Nothing was written there.',
    causes:
      'A folder above the named one is writable for its group, for everybody, or by an ACL, or belongs to a user.',
    fix: 'Look at what is in it, then let only root write to it: `chown root: FOLDER; chmod go-w FOLDER; setfacl -b FOLDER`, and run the same command again.',
  },
  NO_SPACE: {
    means: 'There is not enough room on the machine for a file of the bundle.',
    causes: '/var is full; images alone need some gigabytes.',
    fix: '`df -h /var` shows it. Free some room, then run the same command again: it continues.',
  },
  SOURCE: {
    means: 'A file could not be read here while it was being sent.',
    causes:
      'The USB stick or network share with the bundle was taken out, or the file was changed meanwhile.',
    fix: 'Make the bundle readable again (`convecthub bundle verify FOLDER`), then run the same command again: it continues.',
  },
  UPLOAD_DIGEST: {
    means: 'A file arrived on the machine with another sha256 than it was sent with, and was thrown away.',
    causes: 'A faulty disk or memory on the machine, or a file that was changed here during the run.',
    fix: 'Run the same command again: it sends the whole file. If it fails again, check disk and memory of that machine.',
  },
  UPLOAD_SHORT: {
    means: 'Not all of a file could be written on the machine.',
    causes: 'A quota, a file system with errors, or a disk that filled up.',
    fix: 'Run the same command again: it continues from what has arrived. `dmesg` on the machine shows errors of the disk.',
  },
} as const satisfies Pages
