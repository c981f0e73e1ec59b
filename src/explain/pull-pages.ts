import type { Pages } from './page.ts'

/** Pages for the making of a bundle. */
export const PULL_PAGES = {
  BUNDLE_YAML: {
    means:
      'bundle.yaml, which says what the bundle must hold, is not there or has mistakes. Nothing was fetched.',
    causes:
      'A misspelt field, a version without its `v`, or a bundle.yaml in another folder than the one named.',
    fix: 'Correct the lines that are named. `convecthub bundle init FOLDER` writes a new one; `convecthub help bundle` lists the fields.',
  },
} as const satisfies Pages
