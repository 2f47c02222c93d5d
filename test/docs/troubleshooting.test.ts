/** `docs/troubleshooting.md` names every cause that the server, the package and the check can give. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../packages/server/src/api/shapes/error-codes.ts'
import { ROOT } from './page.ts'

const page = readFileSync(`${ROOT}docs/troubleshooting.md`, 'utf8')
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8')

/** The words of a union of string literals. */
function wordsOf(path: string, type: string): string[] {
  const text = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
  const [, union = ''] = new RegExp(`type ${type} =([^;]*?)\n\n`).exec(`${text}\n\n`) ?? []
  const words = [...union.matchAll(/'([\w-]+)'/g)].map(([, word = '']) => word)
  expect(words.length, `${type} in ${path}`).toBeGreaterThan(2)
  return words
}

function checkIds(): string[] {
  const folder = 'packages/cli/src/check/'
  const files = readdirSync(`${ROOT}${folder}`).filter((name) => /(?<!\.test)\.ts$/.test(name))
  const text = files.map((name) => read(folder + name)).join('\n')
  const ids = [...text.matchAll(/\b(?:ok|fault|advice)\(\s*'([a-z-]+)'|\bid: '([a-z-]+)'/g)]
  const all = ids.map(([, called = '', named = '']) => called || named)
  expect(all.length).toBeGreaterThan(20)
  return all
}

const outcome = 'packages/server/src/outcome.ts'
const delivery = 'packages/server/src/delivery.ts'
describe.each([
  ['why an attempt failed', [...wordsOf(outcome, 'Fault'), 'status', 'our_fault']],
  ['why an address is blocked', wordsOf(outcome, 'BlockReason')],
  ['why a delivery is in its state', wordsOf(delivery, 'StateReason')],
  ['what an answer said of itself', wordsOf(delivery, 'AnswerNote')],
  [
    'the codes of SignatureError',
    wordsOf('packages/receiver/src/signature-error.ts', 'SignatureErrorCode'),
  ],
  ['the findings of check', checkIds()],
])('%s', (_, codes) => {
  test.each([...new Set(codes)])('%s', (code) => {
    expect(page).toContain(`\`${code}\``)
  })
})

test('every answer of the API that the page names is one of the catalogue, with its status', () => {
  const [, section = ''] = page.split('## What our API answers')
  const rows = [...section.matchAll(/^\| (\d{3}) ([^|]*)\|/gm)]
  expect(rows.length).toBeGreaterThan(10)
  for (const [, status, codes = ''] of rows) {
    for (const [, code = ''] of codes.matchAll(/`([a-z_]+)`/g)) {
      expect(ERROR_CODES, code).toHaveProperty(code)
      expect(ERROR_CODES[code as keyof typeof ERROR_CODES][0], code).toBe(Number(status))
    }
  }
})

test('what a delivery explains can be found by its words', () => {
  const sentences = read('packages/server/src/explanation.ts')
  for (const words of [
    "is due and comes as soon as its webhook's line has room",
    'its body says that it failed',
  ]) {
    expect(page).toContain(words)
    expect(sentences).toContain(words)
  }
})
