import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { HUB_VALUES_TEXT } from '../../src/init/hub-values.ts'
import { hubDefaults } from '../../src/steps/hub-defaults.ts'
import { hubDoor } from '../../src/steps/hub-door.ts'

const EXAMPLES = HUB_VALUES_TEXT.split('\n\n').slice(1)

it('sets nothing as it is written', () => {
  expect(parse(HUB_VALUES_TEXT)).toBeNull()
  expect(hubDefaults([], HUB_VALUES_TEXT)).toBe(hubDefaults([], ''))
})

it.each(EXAMPLES)('is valid when the # is taken away: %s', (example) => {
  const values = example.replaceAll(/^#(?! \S)/gm, '')
  expect(Object.keys(parse(values))).toHaveLength(1)
  expect(hubDoor(values).open).toBeUndefined()
})

it('is valid when every # is taken away', () => {
  const values = HUB_VALUES_TEXT.replaceAll(/^#(?! \S)/gm, '')
  expect(Object.keys(parse(values))).toEqual(['singleuser', 'cull', 'hub'])
  expect(hubDoor(values)).toMatchObject({ own: true, open: undefined })
})
