import { expect, test } from 'vitest'
import { partOf } from './refresh-parts.ts'

const FILE = 'class A {\n  one() {\n    if (x) {\n      y()\n    }\n  }\n}\n'

test('a part is what stands from its first line to its last one, of the same depth', () => {
  expect(partOf(FILE, 'one() {\n  old()\n}\n')).toBe('one() {\n  if (x) {\n    y()\n  }\n}')
})

test('a part whose first or last line is gone is not guessed', () => {
  expect(partOf(FILE, 'two() {\n}\n')).toBeNull()
  expect(partOf(FILE, 'one() {\n};\n')).toBeNull()
})
