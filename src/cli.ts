import { CommanderError } from 'commander'
import { type Call, makeProgram } from './commands/make-program.ts'
import { VERBS } from './commands/verbs.ts'
import { wantsJson } from './commands/wants-json.ts'
import { ConvecthubErrors, faultOf } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { watchOutput } from './ui/watch-output.ts'

/** Runs the command line and returns the exit code. Every error is reported here. */
export async function main(argv: readonly string[]): Promise<number> {
  const outputError = watchOutput()
  const code = await runCommandLine(argv)
  const error = await outputError()
  return error ? report(error, { verb: '', json: false, color: true }) : code
}

async function runCommandLine(argv: readonly string[]): Promise<number> {
  let called: Call | undefined
  try {
    makeProgram(VERBS, (call) => {
      called = call
    }).parse([...argv])
    return called ? await run(called) : EXIT.ok.code
  } catch (error) {
    // help and version are printed by now
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code
    const words = argv.slice(2)
    return report(error, {
      verb: called?.verb ?? '',
      json: called ? called.options.output === 'json' : wantsJson(words),
      color: called ? called.options.color !== false : !words.includes('--no-color'),
    })
  }
}

async function run({ load, arguments: values, options }: Call): Promise<number> {
  const exit = await (await load())(...values, options)
  return typeof exit === 'number' ? exit : EXIT[exit].code
}

/** Prints an error for people, or as JSON with `--output json`. An unknown error is a bug in convecthub. */
async function report(
  error: unknown,
  { verb, json, color }: { verb: string; json: boolean; color: boolean },
): Promise<number> {
  const errors = error instanceof ConvecthubErrors ? error.errors : [faultOf(error)]
  const { code } = EXIT[errors[0]?.exit ?? 'internal']
  if (json) (await import('./ui/print-result.ts')).printFailure(verb, errors, code)
  else (await import('./ui/tell-errors.ts')).tellErrors(errors, color)
  return code
}
