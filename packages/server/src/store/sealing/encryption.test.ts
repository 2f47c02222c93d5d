import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { StartError } from '../../errors.ts'
import { createEncryption, KeyRing } from './encryption.ts'
import { assertKeyMatches, keyCheck } from './key-check.ts'

const place = { rowId: 'wh_1', column: 'secret' }

function setup() {
  return {
    ours: createEncryption(Buffer.alloc(32, 1)),
    other: createEncryption(Buffer.alloc(32, 2)),
  }
}

test('what was sealed opens with the same key in the same place', () => {
  const { ours } = setup()
  for (const text of ['', 'whsec_x', 'tøken 🎉', 'x'.repeat(100_000)]) {
    expect(ours.decrypt(ours.encrypt(text, place), place)).toBe(text)
  }
})

test('the same text is sealed differently each time, and names its format and its key', () => {
  const { ours, other } = setup()
  const sealed = ours.encrypt('text', place)
  expect(ours.encrypt('text', place)).not.toBe(sealed)
  expect(sealed.startsWith(`v1.${ours.keyId}.`)).toBe(true)
  expect(ours.keyId).not.toBe(other.keyId)
})

test('a value opens in no other row, no other column and with no other key', () => {
  const { ours, other } = setup()
  const sealed = ours.encrypt('text', place)
  expect(() => ours.decrypt(sealed, { ...place, rowId: 'wh_2' })).toThrow()
  expect(() => ours.decrypt(sealed, { ...place, column: 'url' })).toThrow()
  expect(() => other.decrypt(sealed, place)).toThrow(`key ${ours.keyId}`)
})

test('a value that was tampered with does not open', () => {
  const { ours } = setup()
  const sealed = ours.encrypt('text', place)
  const [format, keyId, text = ''] = sealed.split('.')
  const bytes = Buffer.from(text, 'base64url')
  for (const index of bytes.keys()) {
    const broken = Buffer.from(bytes)
    broken[index] = (broken[index] ?? 0) ^ 1
    const value = `${format}.${keyId}.${broken.toString('base64url')}`
    expect(() => ours.decrypt(value, place)).toThrow()
  }
  for (const value of ['', 'v1', 'v2.x.y', `v1.${keyId}.`]) {
    expect(() => ours.decrypt(value, place)).toThrow()
  }
})

test('a key is recognised by its check', () => {
  const { ours, other } = setup()
  const kept = keyCheck(ours)
  expect(() => assertKeyMatches(ours, kept, './data')).not.toThrow()
  expect(() => assertKeyMatches(other, kept, './data')).toThrow(StartError)
  expect(() => assertKeyMatches(ours, 'damaged', './data')).toThrow('./data')
})

test('a mark knows a text again by each key, and tells nothing without one', () => {
  const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const [mark = ''] = new KeyRing({ seals: first, opens: [] }).marks('body')
  const after = new KeyRing({ seals: second, opens: [first] }).marks('body')
  expect(after).toHaveLength(2)
  expect(after[1]).toBe(mark)
  expect(after[0]).not.toBe(mark)
  expect(new KeyRing({ seals: first, opens: [] }).marks('another')).not.toContain(mark)
  expect(mark).not.toContain(createHash('sha256').update('body').digest('base64url'))
})
