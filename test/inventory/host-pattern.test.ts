import { describe, expect, test } from 'vitest'
import { parseHostPattern } from '../../src/inventory/host-pattern.ts'
import { expandRanges } from '../../src/inventory/host-range.ts'
import { shellWords } from '../../src/inventory/python/shell-words.ts'

describe('expands ranges', () => {
  test.each([
    ['web[01:03]', 'web01 web02 web03'],
    ['n[9:11]', 'n9 n10 n11'],
    ['p[01:10:4]', 'p01 p05 p09'],
    ['a[1:03]', 'a1 a2 a3'],
    ['o[:2]', 'o0 o1 o2'],
    ['[0:1]x', '0x 1x'],
    ['k[y:B]', 'ky kz kA kB'],
    ['st[a:g:3]', 'sta std stg'],
    ['m[1:2]-[a:b].lan', 'm1-a.lan m1-b.lan m2-a.lan m2-b.lan'],
    ['plain', 'plain'],
    ['s[5:5]', 's5'],
    ['z[000:1]', 'refused'],
    ['z[3:1]', ''],
    ['z[3:1]y[1:2]', ''],
    ['z[1:]', 'refused'],
    ['z[5]', 'refused'],
    ['z[1:2:3:4]', 'refused'],
    ['z[1:3:0]', 'refused'],
    ['z[1:3:]', 'refused'],
    ['z[1:3:-1]', 'refused'],
    ['z[c:a]', 'refused'],
    ['z[aa:cc]', 'refused'],
    ['z[ab:c]', 'refused'],
    ['z[a:3]', 'refused'],
    ['z[1:c]', 'refused'],
    ['z[-1:2]', 'refused'],
    ['z[ 1:2]', 'refused'],
    ['z[1:2', 'refused'],
    ['z]1:2[', 'refused'],
    ['z[1:100001]', 'refused'],
    ['z[1:1000][1:1000]', 'refused'],
    ['z[1:99999999999999999999]', 'refused'],
    ['z[][1:2]', 'refused'],
  ])('%s', (name, expected) => {
    const expansion = expandRanges(name)
    expect('names' in expansion ? expansion.names.join(' ') : 'refused').toBe(expected)
  })
})

describe('splits names and ports', () => {
  test.each([
    ['h1', 'h1'],
    ['h1:2222', 'h1 2222'],
    ['h1:022', 'h1 22'],
    ['[h1]:22', 'h1 22'],
    ['[h1:33]:22', 'h1 33'],
    ['10.0.0.1:22', '10.0.0.1 22'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]:22', '2001:db8::1 22'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::1:22', '::1:22'],
    ['h 2', 'h 2'],
    ['user@h', 'user@h'],
    ['*.lan', '*.lan'],
    ['ünï.lan:22', 'ünï.lan 22'],
    ['r[1:2]:22', 'r1,r2 22'],
    ['x y[1:2]', 'x y1,x y2'],
    ['', 'INVENTORY_HOST_PATTERN'],
    [' ', 'INVENTORY_HOST_PATTERN'],
    ['---', 'INVENTORY_HOST_PATTERN'],
    ['h1:', 'INVENTORY_HOST_PATTERN'],
    ['user@h:22', 'INVENTORY_HOST_PATTERN'],
    ['h-:22', 'INVENTORY_HOST_PATTERN'],
    ['h:port', 'INVENTORY_HOST_PATTERN'],
    ['h:22:33', 'INVENTORY_HOST_PATTERN'],
    ['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8:9'],
    ['g::1', 'INVENTORY_HOST_PATTERN'],
    ['h:0', 'INVENTORY_PORT'],
    ['h:65535', 'h 65535'],
    ['h:65536', 'INVENTORY_PORT'],
    ['h[5]', 'INVENTORY_RANGE'],
  ])('%s', (pattern, expected) => {
    const parsed = parseHostPattern(pattern, { file: 'f', line: 1, column: 1 }, { ranges: true })
    const text =
      'code' in parsed
        ? parsed.code
        : (parsed.doubt?.code ??
          [parsed.names.join(','), parsed.port].filter((part) => part !== undefined).join(' '))
    expect(text).toBe(expected)
  })
})

describe('splits shell words', () => {
  test.each([
    ['a b', ['a', 'b']],
    ["a='b c'", ['a=b c']],
    ['c=x" "y', ['c=x y']],
    ["h='it''s'", ['h=its']],
    ['d=a\\ b', ['d=a b']],
    ['"a\\tb\\"c\\\\"', ['a\\tb"c\\']],
    ["'a\\'", ['a\\']],
    ["''", ['']],
    ['a=b#c d=2', ['a=b']],
    ['a=\\#b "#c"', ['a=#b', '#c']],
    ["a # don't", ['a']],
    ['a\u00a0b\u3000c', ['a\u00a0b\u3000c']],
    ['a\tb\rc\nd', ['a', 'b', 'c', 'd']],
    ["a 'b", 'quote'],
    ['a "b\\', 'escape'],
    ['a \\', 'escape'],
  ])('%s', (line, expected) => {
    const split = shellWords(line, { comments: true })
    expect('words' in split ? split.words.map((word) => word.text) : split.error).toEqual(expected)
  })
})
