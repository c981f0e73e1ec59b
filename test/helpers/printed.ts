/** What a verb printed on stdout, line by line, and its result. */
export async function printed<T>(verb: () => Promise<T>): Promise<{ lines: string[]; result: T }> {
  const { write } = process.stdout
  let text = ''
  process.stdout.write = ((part: string) => {
    text += part
    return true
  }) as typeof process.stdout.write
  try {
    const result = await verb()
    return { lines: text.split('\n').slice(0, -1), result }
  } finally {
    process.stdout.write = write
  }
}
