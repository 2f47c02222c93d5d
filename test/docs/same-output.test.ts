import { expect, test } from 'vitest'
import { expectAnswer, expectShown } from './same-output.ts'

const ID = `bot_${'0'.repeat(26)}`

test('what is the machine’s own may differ, and … is anything', () => {
  expectShown(
    'took 41 ms\nbot_01m2fm1cgye03v13e1wgzp7b71 … done',
    `x\ntook 7.5 s\n${ID} was done\ny`,
  )
  expectAnswer('{"id":"bot_…","list":[1]}', `one\n{"id":"${ID}","list":[1]}`)
})

test('all else may not', () => {
  expect(() => expectShown('delivered', 'not delivered')).toThrow()
  expect(() => expectAnswer('{"a":1}', '{"a":2}')).toThrow()
  expect(() => expectAnswer('{"a":1}', '{"a":1,"b":2}')).toThrow()
})
