/** Every link between pages leads to a file that is there and a heading that it has. */
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { anchorsOf, linksOf } from './links.ts'
import { ROOT, readPages } from './page.ts'

const pages = readPages()
/** What the server itself shows, and a page about what is not ours. */
const ELSEWHERE = /^(https:\/\/|mailto:|http:\/\/localhost:\d+)/

test('every link of a page leads somewhere', () => {
  const broken = pages.flatMap(({ path, text }) =>
    linksOf(text)
      .filter(({ target }) => !ELSEWHERE.test(target))
      .filter(({ target }) => !leadsSomewhere(path, target))
      .map(({ line, target }) => `${path}:${line}: ${target}`),
  )
  expect(broken).toEqual([])
})

test('every page of docs is found from the README, and every decision from its list', () => {
  const linked = new Set(
    ['README.md', 'docs/decisions/README.md'].flatMap((path) => {
      const page = pages.find((candidate) => candidate.path === path)
      return linksOf(page?.text ?? '').map(({ target }) => pathOf(path, target))
    }),
  )
  const lost = pages.map(({ path }) => path).filter((path) => /^(docs|packages)\//.test(path))
  expect(lost.filter((path) => !linked.has(path) && !linked.has(posix.dirname(path)))).toEqual([])
})

test('links and headings are read as GitHub reads them', () => {
  const text = '# A `b` & c\n## A b\n[x](y.md#z) `[no](code.md)`\n```sh\n# not a heading\n```\n'
  expect(linksOf(text)).toEqual([{ line: 3, target: 'y.md#z' }])
  expect([...anchorsOf(text)]).toEqual(['a-b--c', 'a-b'])
  expect([...anchorsOf('# A\n# A\n')]).toEqual(['a', 'a-1'])
})

function leadsSomewhere(from: string, target: string): boolean {
  const path = pathOf(from, target)
  if (!existsSync(`${ROOT}${path}`)) return false
  const [, anchor] = target.split('#')
  if (anchor === undefined || !path.endsWith('.md')) return true
  return anchorsOf(readFileSync(`${ROOT}${path}`, 'utf8')).has(anchor)
}

function pathOf(from: string, target: string): string {
  const [file = ''] = target.split('#')
  return file === '' ? from : posix.join(posix.dirname(from), file).replace(/\/$/, '')
}
