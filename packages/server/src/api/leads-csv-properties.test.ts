import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLinear } from '../../test/linear-time.ts'
import { csvCell } from './leads-csv.ts'

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",\';0('), maxLength: 8 }),
)

test('what RFC 4180 reads back is what was written, a quote before a formula apart', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      const read = readRecord(cells.map(csvCell).join(','))
      expect(read).toHaveLength(cells.length)
      for (const [index, text] of cells.entries()) {
        expect([text, `'${text}`]).toContain(read[index])
      }
    }),
    { numRuns: 3_000 },
  )
})

test('no cell begins as a formula does, but phones of digits', () => {
  fc.assert(
    fc.property(cell, (text) => {
      const [read = ''] = readRecord(csvCell(text))
      if (/^[=+\-@\t\r\n]/.test(read)) expect(read).toMatch(/^\+[\d ().\-/]+$/)
    }),
    { numRuns: 3_000 },
  )
})

test('long text is read once', () => {
  expectLinear(['+1', '+', '"', '=', '1', ' '], csvCell)
})

/** One record, as RFC 4180 section 2 says. */
function readRecord(text: string): string[] {
  const cells: string[] = []
  let at = 0
  for (;;) {
    let value = ''
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        if (text[at] === '"') at += 1
        value += text[at]
      }
      at += 1
    } else {
      for (; at < text.length && text[at] !== ','; at += 1) value += text[at]
    }
    cells.push(value)
    if (at >= text.length) return cells
    at += 1
  }
}
