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
      'The place that a bundle comes from answers, but what it offers is not what bundle.yaml asks for, or cannot be copied. Nothing of it is in the bundle.',
    causes:
      'A version that is not there, a list of checksums without our file, a mirror or an upload that is not complete, a file that was replaced after bundle.lock.yaml was written. With `--from`: a wrong address, a web server without bundle.lock.yaml, or names with blanks or `..`.',
    fix: 'Correct the version in bundle.yaml to one that the error names, or the address. Where a new file is what you want: `convecthub bundle pull FOLDER --update`.',
  },
} as const satisfies Pages
