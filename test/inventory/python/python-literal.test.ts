import { describe, expect, test } from 'vitest'
import { Float } from '../../../src/inventory/inventory.ts'
import { floatText } from '../../../src/inventory/python/float-text.ts'
import { jsonText } from '../../../src/inventory/python/json-text.ts'
import { pythonLiteral } from '../../../src/inventory/python/python-literal.ts'

/** Text → JSON of its value, null if the text stays a string, or `refused …` for a value that JSON cannot represent. */
const TABLE: [string, string | null][] = [
  ['True', 'true'],
  ['true', null],
  ['None', 'null'],
  ['', null],
  ['# c', null],
  ['0', '0'],
  ['00', '0'],
  ['0_0', '0'],
  ['-0', '0'],
  ['+5', '5'],
  ['- 5', '-5'],
  ['--5', null],
  ['-(5)', '-5'],
  ['-(-5)', null],
  ['-True', null],
  ['~1', null],
  ['007', null],
  ['0o755', '493'],
  ['0O17', '15'],
  ['0o8', null],
  ['0xDEADbeef', '3735928559'],
  ['0x_1f', '31'],
  ['0xg', null],
  ['0b12', null],
  ['1_000', '1000'],
  ['1__0', null],
  ['1_', null],
  ['12345678901234567890', '12345678901234567890'],
  ['-9007199254740993', '-9007199254740993'],
  ['9'.repeat(4300), '9'.repeat(4300)],
  ['9'.repeat(4301), null],
  ['1.30', '1.3'],
  ['1.', '1.0'],
  ['.5', '0.5'],
  ['01.5', '1.5'],
  ['0777.5', '777.5'],
  ['01e3', '1000.0'],
  ['12e3', '12000.0'],
  ['1e', null],
  ['1e+5', '100000.0'],
  ['1_0.0_1e1_0', '100100000000.0'],
  ['1_.5', null],
  ['-0.0', '-0.0'],
  ['1e16', '1e+16'],
  ['1E-7', '1e-07'],
  ['1e-400', '0.0'],
  ['1E400', 'refused an infinite number'],
  ['1j', 'refused a complex number'],
  ['-1j', 'refused a complex number'],
  ['1+2j', 'refused a complex number'],
  ['(-1)-2j', 'refused a complex number'],
  ['2j+1', null],
  ['1+1', null],
  ['1+2j+3j', null],
  ['...', 'refused an ellipsis'],
  ['..', null],
  ["'a' 'b'", '"ab"'],
  ["'a'r'\\n'", '"a\\\\n"'],
  ["u'x'", '"x"'],
  ["uR'x'", null],
  ["f'x'", null],
  ["b'x'", '"x"'],
  ["BR'x\\n'", '"x\\\\n"'],
  ["b'\\xff'", 'refused bytes that are not ASCII'],
  ["b'é'", null],
  ["'a' b'b'", null],
  ["[b'x']", 'refused bytes in a collection'],
  ['"C:\\xyz"', null],
  ['"C:\\new"', '"C:\\new"'],
  ["'\\q\\8'", '"\\\\q\\\\8"'],
  ["'\\101\\0\\400'", '"A\\u0000Ā"'],
  ["'\\x41\\u00e9\\U0001F600'", '"Aé😀"'],
  ["'\\U00110000'", null],
  ["'\\ud83d'", 'refused half a surrogate pair'],
  ["'\\N{BULLET}'", 'refused the escape \\N{BULLET}'],
  ["b'\\u1234'", '"\\\\u1234"'],
  ["'open", null],
  ["'end\\", null],
  ["r'\\'", null],
  ["'''t'a'''", '"t\'a"'],
  ["''", '""'],
  ['[]', '[]'],
  ['[1,]', '[1]'],
  ['[,]', null],
  ['[1,,2]', null],
  ['[1 2]', null],
  ['[1', null],
  ['1,', '[1]'],
  ['1, 2 # c', '[1,2]'],
  ['(1)', '1'],
  ['(1,)', '[1]'],
  ['()', '[]'],
  ['((1),[2])', '[1,[2]]'],
  ['[true]', null],
  ['[1, foo]', null],
  ['{}', '{}'],
  ["{'a':1,'a':2,}", '{"a":2}'],
  ['{1:2,True:3}', '{"1":3}'],
  ["{1:2,'1':3}", 'refused two dictionary keys that both read 1 in JSON'],
  ['{None:1,1.5:2}', '{"1.5":2,"null":1}'],
  ["{'__proto__':1}", '{"__proto__":1}'],
  ['{(1,2):3}', 'refused a dictionary key that is a collection'],
  ['{[1]:2}', 'refused a dictionary key that is a collection'],
  ['{1,2}', 'refused a set'],
  ['set()', 'refused a set'],
  ['{{ 1 }}', 'refused a set'],
  ['{{ x }}', null],
  ['{1:2,3}', null],
  ['{1 2}', null],
  ['{**a}', null],
  ['*a', null],
  ['1 # two', '1'],
  ['"x" # c', '"x"'],
  ['1 ; c', null],
  ['\t1\t', '1'],
  ['1\u00a0', null],
  ['True"x"', null],
  [`${'['.repeat(200)}${']'.repeat(200)}`, 'deep'],
  [`${'['.repeat(201)}${']'.repeat(201)}`, null],
]

describe('evaluates like ast.literal_eval', () => {
  test.each(TABLE)('%s', (text, expected) => {
    const literal = pythonLiteral(text)
    if (expected === null) expect(literal).toBeUndefined()
    else if (literal === undefined) expect.fail('stayed a string')
    else if (literal.refused !== undefined) expect(`refused ${literal.refused}`).toBe(expected)
    else if (expected !== 'deep')
      expect(jsonText(literal.value).replaceAll(/\n\s*|(?<=:) /g, '')).toBe(expected)
  })

  test('returns the text as written without blanks and comment', () => {
    expect(pythonLiteral(' 1_000  # c')).toMatchObject({ text: '1_000' })
    expect(pythonLiteral('1, 2 #')).toMatchObject({ text: '1, 2' })
  })
})

describe('prints floats like Python', () => {
  test.each([
    [1, '1.0'],
    [0.1, '0.1'],
    [-1.5, '-1.5'],
    [1e15, '1000000000000000.0'],
    [2 ** 50 + 0.25, '1125899906842624.2'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [5e-324, '5e-324'],
    [-0, '-0.0'],
  ])('%d', (number, text) => {
    expect(floatText(number)).toBe(text)
    expect(jsonText(new Float(number))).toBe(text)
  })
})
