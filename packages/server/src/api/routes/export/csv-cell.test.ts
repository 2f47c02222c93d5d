import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLinear } from '../../../../test/linear-time.ts'
import { markedCell, plainCell } from './csv-cell.ts'

const SEPARATORS = [',', ';', '\t', '|']
const SIGNS = '=+-@＝＋－＠﹦﹢﹣﹫−'
const hostile = fc.string({
  unit: fc.constantFrom(...SIGNS, ...',;|\t\r\n', '\v', '\u2028', ...' "\'\u00a0\u200b\ufeff1Ae('),
  maxLength: 12,
})
const cell = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), hostile, hostile)

test.each([
  ['Ann', 'Ann'],
  ['', ''],
  ['a "b" c', '"a ""b"" c"'],
  ['a,b', '"a,b"'],
  ['a\nb', '"a\nb"'],
  ['Ann 2', 'Ann 2'],
  ['Jean-Luc @ home + 1 = x', 'Jean-Luc @ home + 1 = x'],
  ["O'Neil; Ann", "O'Neil; Ann"],
  ['ann@example.com', 'ann@example.com'],
  ['=1+1', "'=1+1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['-2+3', "'-2+3"],
  ['＝1+1', "'＝1+1"],
  ['＠SUM(A1)', "'＠SUM(A1)"],
  ['  "=1', `"'  ""=1"`],
  ["'=1", "''=1"],
  ['\u200b=1', "'\u200b=1"],
  ['\t=1', "'\t'=1"],
  ['\r=1', `"'\r'=1"`],
  ["Ann;=cmd|' /C calc'!A0;", "Ann;'=cmd|' /C calc'!A0;"],
  ['Ann; "＋1', `"Ann;' ""＋1"`],
  ['Ann,=1', `"Ann,'=1"`],
  ['Ann\t@x', "Ann\t'@x"],
  ['Ann|-1', "Ann|'-1"],
  ['Ann\n=1', `"Ann\n'=1"`],
  ['Ann;\t\n=1', `"Ann;'\t'\n'=1"`],
  ['0700000000;0711000000', "'0700000000;'0711000000"],
  ['Ann; 0700 |\t007', "Ann;' 0700 |\t'007"],
  ['call\n0700', `"call\n'0700"`],
  ['Ann, 2', '"Ann, 2"'],
  ['+91-9999999999', "'+91-9999999999"],
  ['0700000000', "'0700000000"],
  ['+254 (700) 000-000', "'+254 (700) 000-000"],
  ['٠٧٠٠٠٠٠٠٠٠', "'٠٧٠٠٠٠٠٠٠٠"],
  ['(0700) 000', "'(0700) 000"],
  ['12345678901234567890', "'12345678901234567890"],
  ['1E5', "'1E5"],
  ['1/2', "'1/2"],
  ['SEPT2', "'SEPT2"],
  ['5 mai 2020', "'5 mai 2020"],
  ['10:30 PM', "'10:30 PM"],
  ['12 Jan 2020 5 p.m.', "'12 Jan 2020 5 p.m."],
  ['5月3日', "'5月3日"],
  ['2020年5月3日 10時', "'2020年5月3日 10時"],
  ['3rd of May', '3rd of May'],
  ['山田 2', '山田 2'],
  ['50 %', "'50 %"],
  ['TRUE', "'TRUE"],
])('%j is written as %j', (text, written) => {
  expect(markedCell(text)).toBe(written)
})

/** Whether a spreadsheet would make a formula of it, were it more daring than any is. */
function isFormula(read: string): boolean {
  return new RegExp(`^[\\s"\`\\p{Cf}\\p{Cc}\\p{DI}]*[${SIGNS.replace('-', '\\-')}]`, 'u').test(read)
}

test.each(SEPARATORS)(
  'separated by %j, by any kind of reader, no cell is a formula',
  (separator) => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (texts) => {
        const line = `${['lead_1', ...texts].map(markedCell).join(',')}\r\n`
        const naive = line.split(/[\r\n\v\u2028]/).flatMap((each) => each.split(separator))
        for (const read of [...readCells(line, separator), ...naive]) {
          expect(isFormula(read), JSON.stringify([read, line])).toBe(false)
        }
      }),
      { numRuns: 3_000 },
    )
  },
)

test('what RFC 4180 reads back is the text; for spreadsheets, but for marks before it or within', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (texts) => {
      const read = (write: (text: string) => string) => readCells(texts.map(write).join(','), ',')
      expect(read(plainCell)).toEqual(texts)
      const unmarked = (text: string) => text.replaceAll("'", '')
      expect(read(markedCell).map(unmarked)).toEqual(texts.map(unmarked))
    }),
    { numRuns: 3_000 },
  )
})

test('long text is read once', () => {
  const pieces = [
    '+1',
    '+',
    '"',
    '=',
    '1',
    ' ',
    '\t',
    ';',
    '; ',
    ';=',
    "'",
    'e1',
    '\u200b',
    'jan',
    '月',
    '1月',
    '1a',
  ]
  for (const write of [markedCell, plainCell]) expectLinear(pieces, write)
  expectLinear(pieces, (text) => markedCell(`${text}xx`))
})

/** As spreadsheets read: a quote counts at the beginning of a cell, what follows its end is text. */
function readCells(text: string, separator: string): string[] {
  const cells: string[] = []
  for (let at = 0; at <= text.length; at += 1) {
    let value = ''
    if (text[at] === '"') {
      for (at += 1; at < text.length && (text[at] !== '"' || text[at + 1] === '"'); at += 1) {
        if (text[at] === '"') at += 1
        value += text[at]
      }
      at += 1
    }
    for (; at < text.length && text[at] !== separator && text[at] !== '\n'; at += 1) {
      value += text[at]
    }
    cells.push(value)
  }
  return cells
}
