import type { Pages } from './page.ts'

/** Pages for the command line itself: its faults, its questions, and how it can be stopped. */
export const COMMAND_PAGES = {
  FAULT: {
    means: 'convecthub itself has a fault: something happened that its code does not expect.',
    causes: 'A bug, or a computer in a state that no test has had.',
    fix: 'Run the same command again, as it continues where it stopped. Report the lines below the error, and what `convecthub --version` prints.',
  },
  SSH2_CHANGED: {
    means:
      'The SSH library is another version than convecthub was written for; host keys could not be checked as they should be.',
    causes: 'Somebody updated the packages of an installed convecthub by hand.',
    fix: 'Install convecthub as it was published: `npm ci` in its folder keeps to package-lock.json.',
  },
  LOCAL_IO: {
    means: 'This computer, not a machine of the inventory, refused to read, write or start something.',
    causes:
      'A full disk, a file or folder that belongs to another user, a read-only file system, a folder that was removed meanwhile, or too many open files.',
    fix: 'The error names the file where there is one, and what to do. Then run the same command again, as it continues.',
  },
  STDOUT: {
    means: 'The results could not be written to stdout. A run that was under way was stopped as by Ctrl-C.',
    causes: 'The disk of the file that stdout goes to is full, or its file system is read-only or gone.',
    fix: 'Write to another place, or let it print to the terminal; then run the same command again, as it continues.',
  },
  USAGE: {
    means:
      'The command line is wrong: an unknown verb or option, a value that it does not take, or options that exclude each other.',
    causes:
      'A misspelt word, an option of another verb, or a value without quotes that the shell split at its blanks.',
    fix: 'The error says what was probably meant. `convecthub VERB --help` lists the options, with examples.',
  },
  FILE_EXISTS: {
    means: '`convecthub init` would write over an inventory that is there. Nothing was changed.',
    causes: 'init was run before in this folder; without `-i` it writes ./inv.toml.',
    fix: 'Name another file with `-i FILE`. `--force` writes over it, and keeps its convect_token.',
  },
  NOT_CONFIRMED: {
    means: 'A question was answered with no, or not with the name that it asked for. Nothing was changed.',
    causes: '`reset` wants the name of the inventory: its file without ending, such as `inv` for inv.toml.',
    fix: 'Run it again and type the name. `--yes` skips the question, except where a reset would harm a cluster that goes on.',
  },
  NO_ANSWER: {
    means: 'convecthub asked a question, and nobody answered it.',
    causes:
      'There is no terminal (a script, cron, CI), the input ended, or Ctrl-C was pressed at the question.',
    fix: 'Give the answer on the command line: `--yes` for confirmations, `--accept-new-host-keys` for host keys, `--vault-password-file FILE` for vaults, passwords as vaulted variables.',
  },
  NO_MACHINES: {
    means: '`convecthub init` was told of no machine, so there is nothing to write.',
    causes: 'The first question was left empty, or `--yes` was given without `--host`.',
    fix: 'Name each machine: `convecthub init --host master=10.0.0.10 --host worker1=10.0.0.11`.',
  },
  NO_PASSWORD: {
    means: 'There is no shared password of the hub to show.',
    causes:
      'The hub has not been provisioned yet, or the values at jhub_config_path name an authenticator, and people log in as that says.',
    fix: '`convecthub provision` makes one. With an authenticator of your own, people use their own accounts.',
  },
  INTERRUPTED: {
    means:
      'The run was stopped with Ctrl-C or by a signal. What was under way on a machine was ended, or goes on there where ending it would leave it half done, as with apt.',
    causes: 'You pressed Ctrl-C, or the terminal was closed.',
    fix: 'Run the same command again: it waits for what still goes on, looks at the machines, and does only what is missing.',
  },
} as const satisfies Pages
