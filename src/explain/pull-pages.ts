import type { Pages } from './page.ts'

/** Pages for the making of a bundle. */
export const PULL_PAGES = {
  BUNDLE_BUSY: {
    means: 'Another `bundle pull` works in the same folder. Two at once would write over each other.',
    causes: 'It runs in another terminal, or on another computer that shares the folder.',
    fix: 'Wait for it, or end it: `kill PID` with the number in the message. What it has fetched counts for the next one.',
  },
  BUNDLE_CHANGED: {
    means:
      'bundle.yaml asks for something else than bundle.lock.yaml holds. Without `--update` a pull only fetches what the lock holds, so that it gives the same bytes everywhere.',
    causes:
      'bundle.yaml, or the JupyterHub values that it names, were changed after the last pull; or the lock was written by hand.',
    fix: 'Take the change over with `convecthub bundle pull FOLDER --update`, which prints what changes in the lock; or undo it.',
  },
  BUNDLE_YAML: {
    means:
      'bundle.yaml, which says what the bundle must hold, is not there or has mistakes. Nothing was fetched.',
    causes:
      'A misspelt field, a version without its `v`, or a bundle.yaml in another folder than the one named.',
    fix: 'Correct the lines that are named. `convecthub bundle init FOLDER` writes a new one; `convecthub help bundle` lists the fields.',
  },
  BUNDLE_SOURCE: {
    means:
      'A server answers, but what it offers is not what bundle.yaml asks for. Nothing of it is in the bundle.',
    causes:
      'A chart version that the repository does not have, a list of checksums without our file, a mirror that is not complete, or a file that was replaced after bundle.lock.yaml was written.',
    fix: 'Correct the version in bundle.yaml to one that the error names, or the address in `mirrors`. Where a new file is what you want: `convecthub bundle pull FOLDER --update`.',
  },
} as const satisfies Pages
