/**
 * Names of hosts as a short list: "node1 … node16, node18, web". Names that only differ by a number counting up are
 * one run, from three on. Sorted, with numbers in their order.
 */
export function hostRuns(names: readonly string[]): string {
  const runs: string[][] = []
  for (const name of [...new Set(names)].sort(new Intl.Collator('en', { numeric: true }).compare)) {
    const run = runs.at(-1)
    if (run && follows(run.at(-1) ?? '', name)) run.push(name)
    else runs.push([name])
  }
  return runs.flatMap((run) => (run.length < 3 ? run : `${run[0]} … ${run.at(-1)}`)).join(', ')
}

const NUMBERED = /^(.*?)(\d{1,9})(\D*)$/

/** True if the names are equal but for their last number, which is one higher and as wide, zeros in front included. */
function follows(before: string, name: string): boolean {
  const [, head, number = '', tail] = NUMBERED.exec(before) ?? []
  const next = String(Number(number) + 1).padStart(number.length, '0')
  return number !== '' && name === `${head}${next}${tail}`
}
