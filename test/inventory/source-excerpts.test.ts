import { expect, test } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { sourceExcerpts } from '../../src/inventory/source-excerpts.ts'

/** The evidence of an error at `line` and `column` of the text. */
function evidenceOf(text: string, line: number, column?: number, message = 'wrong'): string | undefined {
  const origin = { file: 'inv', line, ...(column && { column }) }
  const error = new ConvecthubError('BAD_VALUE', message, { origin, evidence: 'before' })
  return sourceExcerpts(new Map([['inv', text]])).error(error).details.evidence
}

test.each([
  { what: 'the line and the column', text: 'a\r\nh1 x=1\r\n', at: [2, 4], shown: 'h1 x=1\n   ^' },
  {
    what: 'a key file',
    text: 'h1 ansible_ssh_private_key_file=~/k x',
    at: [1, 37],
    shown: expect.any(String),
  },
  { what: 'no place in a file that it does not know', text: '', at: [7, 1], shown: 'before' },
  { what: 'no place without a column', text: 'h1', at: [1], shown: 'before' },
] as const)('shows $what', ({ text, at: [line, column], shown }) => {
  expect(evidenceOf(text, line, column)).toEqual(shown)
})

test.each([
  { text: 'h1 ansible_password=hunter2 x', at: [1, 29] },
  { text: 'convect_token=hunter2', at: [1, 1] },
  { text: 'db_pwd=hunter2', at: [1, 1] },
  { text: 'api_key: hunter2', at: [1, 1] },
  { text: 'mine: !vault |', at: [1, 1] },
  { text: `mine: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  ${'3a'.repeat(40)}`, at: [3, 3] },
  { text: `  ${'3a'.repeat(40)}`, at: [1, 3] },
  { text: 'vars:\n  convect_token:\n    hunter2', at: [3, 5] },
  { text: 'vars:\n  convect_token: |\n    a\n\n     hunter2', at: [5, 6] },
  { text: '{\n"convect_token":\n\n"hunter2"}', at: [4, 1] },
  { text: 'x\nhunter2', at: [2, 1], message: 'did you mean convect_token?' },
] as const)('shows nothing of $text', ({ text, at: [line, column], ...more }) => {
  expect(evidenceOf(text, line, column, 'message' in more ? more.message : undefined)).toBeUndefined()
})
