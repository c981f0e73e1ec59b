import { extname } from 'node:path'

/** The two formats that are read. */
export type SourceKind = 'ini' | 'yaml'

/**
 * Which of Ansible's formats a file is, from its name and content, decided once: Ansible tries one parser after the
 * other and reports the errors of all of them (rules.md §0).
 */
export function sourceKind(file: string, text: string): SourceKind {
  const extension = extname(file)
  if (extension !== '' && !['.yml', '.yaml', '.json'].includes(extension)) return 'ini'
  const looksIni = /^\s*\[[^\]\s"'{,]+\]\s*([#;].*)?$/.test(firstLine(text))
  if (extension !== '') return looksIni ? 'ini' : 'yaml'
  // Without an extension YAML needs a sign of its own; most such files are INI.
  return !looksIni &&
    /^(---|%YAML|\{|[^\s=[]+:(\s*$|\s+[{&!|>#]|\s+null$)|["'][^"']+["']:(\s|$))/.test(firstLine(text))
    ? 'yaml'
    : 'ini'
}

/** The first line that says something: no comment, not blank. */
function firstLine(text: string): string {
  return text.split(/\r\n|\n|\r/).find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? ''
}

/** True when the text uses what only a real TOML inventory has. */
export function looksLikeToml(text: string): boolean {
  return text
    .split('\n')
    .some((line) =>
      /^(\[\[|\[[^\]]+\.(hosts|vars|children)[\].]|(children|hosts|vars)\s*=\s*[[{])/.test(line.trimStart()),
    )
}
