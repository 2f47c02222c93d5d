import { expect, test } from 'vitest'
import { BodyHead } from './body-head.ts'
import { decodeBody } from './decode-body.ts'

const textOf = (head: BodyHead) => decodeBody(head.kept, '')

function readInChunks(bytes: Buffer, chunkBytes: number): BodyHead {
  const head = new BodyHead()
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    head.add(bytes.subarray(at, at + chunkBytes))
  }
  return head
}

test('a short body is kept whole, whatever its chunks', () => {
  const text = 'Grüße 👋 {"received":true}'
  for (const chunkBytes of [1, 2, 3, 7, 1000]) {
    expect(textOf(readInChunks(Buffer.from(text), chunkBytes))).toBe(text)
  }
})

test('bytes that are no UTF-8 become replacement characters', () => {
  const head = new BodyHead()
  head.add(Buffer.from([0x41, 0xff, 0xfe, 0x42, 0xe2, 0x82]))
  expect(textOf(head)).toBe('A\ufffd\ufffdB\ufffd')
})

test.each(['a', 'é', '€', '👋'])('a cut never splits a character: %s', (character) => {
  for (let shift = 0; shift < 4; shift++) {
    const text = 'x'.repeat(shift) + character.repeat(4_000)
    const kept = textOf(readInChunks(Buffer.from(text), 100))
    expect(text.startsWith(kept)).toBe(true)
    expect(Buffer.byteLength(kept)).toBeGreaterThan(2048 - 4)
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(2048)
  }
})

test('a chunk whose buffer is used again afterwards is not changed', () => {
  const head = new BodyHead()
  const chunk = Buffer.from('first')
  head.add(chunk)
  chunk.fill('x')
  expect(textOf(head)).toBe('first')
})
