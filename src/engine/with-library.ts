import { joinSh, rawSh, type Script } from '../sh.ts'
import { template } from '../templates.ts'

/** The text of templates/remote/library.sh, split into its constants and functions, without comments. */
interface Library {
  text: string
  constants: string
  functions: ReadonlyMap<string, string>
}

let known: Library | undefined

/**
 * Puts the functions of templates/remote/library.sh that a script calls, directly or indirectly, in front of it. The
 * others are left out, so that less has to be sent.
 */
export function withLibrary(script: Script): Script {
  const library = template('remote/library.sh')
  if (known?.text !== library) known = readLibrary(library)
  const { constants, functions } = known
  const wanted = new Set<string>()
  const want = (text: string) => {
    for (const [name] of text.matchAll(/\bcvh_\w+/g)) {
      const called = functions.get(name)
      if (called === undefined || wanted.has(name)) continue
      wanted.add(name)
      want(called)
    }
  }
  want(script.reveal())
  const called = [...functions].filter(([name]) => wanted.has(name)).map(([, text]) => text)
  return joinSh([rawSh([constants, ...called].join('\n')), script])
}

/** Splits the library. Each function begins with a comment that starts with its name. */
function readLibrary(library: string): Library {
  const [head = '', ...functions] = library.split(/^(?=# cvh_)/m)
  const bare = (text: string) => text.replace(/^ *#.*\n/gm, '').trimEnd()
  return {
    text: library,
    constants: bare(head),
    functions: new Map(functions.map((text) => [/\w+/.exec(text)?.[0] ?? '', bare(text)])),
  }
}
