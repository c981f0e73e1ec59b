import { expect, test } from 'vitest'
import type { ErrorCode } from '../../src/error-codes.ts'
import { ConvecthubError } from '../../src/errors.ts'
import { sourceExcerpts } from '../../src/inventory/source-excerpts.ts'

/** The evidence of an error at `line` and `column` of the text. */
function evidenceOf(
  text: string,
  line: number,
  column?: number,
  { message = 'wrong', code = 'BAD_VALUE' }: { message?: string; code?: ErrorCode } = {},
): string | undefined {
  const origin = { file: 'inv', line, ...(column && { column }) }
  const error = new ConvecthubError(code, message, { origin, evidence: 'before' })
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
  { what: 'an item of a list', text: 'a:\n- b\n- c d', at: [3, 5], shown: '- c d\n    ^' },
  {
    what: 'the YAML above a secret and below a comment',
    text: '# passwords: see b\na: b: c\nmy_pw: x',
    at: [2, 5],
    code: 'INVENTORY_YAML',
    shown: 'a: b: c\n    ^',
  },
  { what: 'a line after a secret', text: 'my_pw: x\na:\n  b: c', at: [3, 3], shown: 'b: c\n^' },
  { what: 'no place in a file that it does not know', text: '', at: [7, 1], shown: 'before' },
  { what: 'no place without a column', text: 'h1', at: [1], shown: 'before' },
] as const)('shows $what', ({ text, at: [line, column], shown, ...more }) => {
  expect(evidenceOf(text, line, column, more)).toEqual(shown)
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
  { text: 'my_passwords:\n- first\n- hunter2', at: [3, 3] },
  { text: 'h1 http_proxy=http://bob:hunter2@proxy:3128 ansible_port=99999', at: [1, 45] },
  { text: 'http_proxy: http://bob:hun/ter2@proxy: 3128', at: [1, 13] },
  { text: 'web1: {db_pw: @hunter2}', at: [1, 15] },
  { text: 'wifi_psk: @hunter2', at: [1, 11] },
  { text: 'session_cookie: @hunter2', at: [1, 17] },
  { text: 'bearer: @hunter2', at: [1, 9] },
  { text: 'sentry_dsn: @hunter2', at: [1, 13] },
  { text: "a:\n  my_pw: 'abc\n hunter2'x'", at: [3, 10], code: 'INVENTORY_YAML' },
  { text: 'my_pws: ["a",\n"hunter2" "b"]', at: [2, 11], code: 'INVENTORY_YAML' },
  { text: 'my_pws: ["a",\n"hunter2", 1:2]', at: [2, 12], code: 'INVENTORY_VALUE' },
  { text: 'a:\n  my_pw: |\n  aa\n\t hunter2', at: [4, 1], code: 'INVENTORY_YAML' },
  { text: 'my_pw: "a\nhunter2: b" c', at: [2, 13], code: 'INVENTORY_YAML' },
  {
    text: 'd1 ansible_host=1.2.3.4 hunter2',
    at: [1, 25],
    message: 'Expected key=value host variable assignment',
  },
  { text: 'hunter2', at: [1, 1], message: 'Expected key=value' },
  { text: 'x\nhunter2', at: [2, 1], message: 'did you mean convect_token?' },
] as const)('shows nothing of $text', ({ text, at: [line, column], ...more }) => {
  expect(evidenceOf(text, line, column, more)).toBeUndefined()
})
