import { expect, test } from 'vitest'
import { type PairRow, type PairsSetting, pairFaults, pairsOf, rowsOf } from './pairs.ts'

const texts = { nameMissing: 'no name', twice: 'twice' } as PairsSetting['texts']
const SHOWN: PairsSetting = {
  max: 20,
  nameLengthMax: 40,
  valueLengthMax: 500,
  isCaseless: false,
  isOfRequests: false,
  texts,
}
const row = (key: number, name: string, value: string): PairRow => {
  return { key, name, value, storedName: null }
}

test('what is shown stays to the letter, in its order, though one looks at it', () => {
  const pairs = { b: ' two\nlines ', a: '', 'c.d': '***' }
  const rows = rowsOf(pairs, SHOWN)
  expect(JSON.stringify(pairsOf(rows, SHOWN))).toBe(JSON.stringify(pairs))
  expect(pairFaults(rows, SHOWN).size).toBe(0)
})

test('of what is shown a name is missed and told twice, a value may be empty', () => {
  const rows = [row(0, 'env', ''), row(1, 'Env', 'x'), row(2, ' env ', 'y'), row(3, '', 'z')]
  expect([...pairFaults([...rows, row(4, ' ', '')], SHOWN)]).toEqual([
    [2, { name: 'twice' }],
    [3, { name: 'no name' }],
  ])
})
