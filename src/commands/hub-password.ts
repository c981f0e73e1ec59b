import { ConvecthubError } from '../errors.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { readJhubConfig } from '../fleet/read-desired.ts'
import { readFleet } from '../fleet/read-fleet.ts'
import { readHubPassword } from '../fleet/read-hub-password.ts'
import { printResult } from '../ui/print-result.ts'
import { warn } from '../ui/warn.ts'
import type { VerbResult } from './verb.ts'

/** `hub password`: prints the password that all users share, and nothing else. Errors: NO_PASSWORD, JHUB_CONFIG. */
export async function hubPasswordVerb(options: CommonOptions): VerbResult {
  const fleet = await readFleet(options, warn)
  const { file, door } = readJhubConfig(fleet)
  if (door.own)
    throw new ConvecthubError('NO_PASSWORD', 'people log in as the values of the hub say', {
      origin: { file },
      hint: 'without an authenticator in them, convecthub provision makes one password for everybody',
    })
  const password = (await readHubPassword(fleet)).reveal()
  return printResult(
    'hub password',
    { lines: [password], events: [{ event: 'password', password }], exit: 'ok' },
    options,
  )
}
