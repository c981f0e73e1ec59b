/** Exit codes of the command line, by name. The table in docs/exit-codes.md is checked against this one. */
export const EXIT = {
  ok: { code: 0, meaning: 'done, or nothing to do' },
  internal: { code: 1, meaning: 'a fault of convecthub itself; please report it' },
  output: {
    code: 1,
    meaning: 'stdout or a file on this computer could not be read or written; a run was stopped as by Ctrl-C',
  },
  usage: { code: 2, meaning: 'wrong command line' },
  inventory: { code: 3, meaning: 'the inventory or a setting in it is wrong; no machine was contacted' },
  input: {
    code: 4,
    meaning: 'another input file is missing or wrong: a key, the bundle, the JupyterHub values',
  },
  unreachable: { code: 5, meaning: 'a host could not be reached, or did not let us in, or gave no sudo' },
  preflight: { code: 6, meaning: 'a host does not meet the requirements; nothing was changed' },
  failed: { code: 7, meaning: 'a step failed on some host; the same command continues' },
  differs: {
    code: 8,
    meaning: 'status: something is not well; reset: something is left; hub password: there is none',
  },
  lab: { code: 9, meaning: 'the lab could not be started or removed' },
  interrupted: { code: 130, meaning: 'stopped by Ctrl-C; the same command continues' },
} as const

export type ExitName = keyof typeof EXIT
