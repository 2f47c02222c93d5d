/** The README names everything that there is. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name)
const unnamed = (names: (string | undefined)[]) =>
  names.filter((name) => !readme.includes(`| \`${name}\` `))

test('the README has a row for every code of SignatureError', () => {
  const codes = all(read('signature-error.ts'), /^ {2}\| '(\w+)'$/gm)
  expect(codes.length).toBeGreaterThan(15)
  expect(unnamed(codes)).toEqual([])
})

test('the README has a row for every option', () => {
  const [, options = ''] =
    /interface HandlerOptions[^{]*\{(.*?)^\}/ms.exec(read('handler.ts')) ?? []
  const own = all(options, /^ {2}(\w+)\??:/gm)
  expect(own).toContain('seen')
  expect(unnamed([...own, 'toleranceSeconds', 'require', 'now'])).toEqual([])
})

test('the README has every entry', () => {
  const manifest: { exports: Record<string, string> } = JSON.parse(read('../package.json'))
  for (const entry of Object.keys(manifest.exports)) {
    expect(readme).toContain(`\`@chatzuri/webhooks${entry.slice(1)}\``)
  }
})
