import { extname } from 'node:path'

/** The inventory formats that convecthub reads from files. */
export type SourceKind = 'ini' | 'yaml'

/**
 * Decides the format of a file by its extension and its first line (rules.md §0). Ansible instead tries one parser
 * after the other and reports the errors of all of them.
 */
export function sourceKind(file: string, text: string): SourceKind {
  const extension = extname(file)
  if (extension !== '' && !['.yml', '.yaml', '.json'].includes(extension)) return 'ini'
  const looksIni = /^\s*\[[^\]\s"'{,]+\]\s*([#;].*)?$/.test(firstLine(text))
  if (extension !== '') return looksIni ? 'ini' : 'yaml'
  // Most files without an extension are INI, so the first line has to look like YAML.
  return !looksIni &&
    /^(---|%YAML|\{|[^\s=[]+:(\s*$|\s+[{&!|>#]|\s+null$)|["'][^"']+["']:(\s|$))/.test(firstLine(text))
    ? 'yaml'
    : 'ini'
}

/** The first line that is neither blank nor a comment. */
function firstLine(text: string): string {
  return text.split(/\r\n|\n|\r/).find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? ''
}

/** True if the text uses syntax that TOML inventories have and INI inventories do not. */
export function looksLikeToml(text: string): boolean {
  return text
    .split('\n')
    .some((line) =>
      /^(\[\[|\[[^\]]+\.(hosts|vars|children)[\].]|(children|hosts|vars)\s*=\s*[[{])/.test(line.trimStart()),
    )
}
