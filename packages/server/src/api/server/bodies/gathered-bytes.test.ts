import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatheredBytes } from './gathered-bytes.ts'

const MIB = 1024 * 1024

test('whatever the chunks, they are gathered in their order', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 40 })
  fc.assert(
    fc.property(chunks, fc.boolean(), (list, isAnnounced) => {
      const whole = Buffer.concat(list)
      const length = isAnnounced ? whole.length : null
      const gathered = new GatheredBytes({ length, bytesMax: whole.length })
      for (const chunk of list) gathered.add(Buffer.from(chunk))
      expect([gathered.length, gathered.bytes()]).toEqual([whole.length, whole])
    }),
  )
})

test.each([null, MIB])(
  'a body that comes byte by byte costs what it has (announced: %s)',
  (length) => {
    const gathered = new GatheredBytes({ length, bytesMax: 8 * MIB })
    const chunks = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]))
    for (let at = 0; at < MIB; at++) gathered.add(chunks[at % 256] ?? Buffer.alloc(0))
    const held = gathered.bytes().buffer.byteLength
    expect(
      gathered.bytes().equals(Buffer.concat(Array(MIB / 256).fill(Buffer.concat(chunks)))),
    ).toBe(true)
    expect(held).toBeLessThanOrEqual(2 * MIB)
  },
)
