/**
 * Blocks that are parts of files (`from="…"`), brought up to date after the file has changed: what
 * stands there now from the block's first line to its last one. After a change of an example:
 *
 *     node test/docs/refresh-parts.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Block, ROOT, readPages } from './page.ts'

/** Without the part's own indentation; null: one of the two lines is not there any more. */
export function partOf(whole: string, text: string): string | null {
  const wanted = text.trimEnd().split('\n')
  const lines = whole.split('\n')
  const first = lines.findIndex((line) => line.trim() === wanted[0]?.trim())
  const indent = /^\s*/.exec(lines[first] ?? '')?.[0] ?? ''
  const end = indent + (wanted.at(-1) ?? '')
  const last = lines.findIndex((line, at) => at >= first && line === end)
  if (first === -1 || last === -1) return null
  const part = lines.slice(first, last + 1)
  return part.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join('\n')
}

function refresh(path: string, blocks: Block[]): void {
  const lines = readFileSync(`${ROOT}${path}`, 'utf8').split('\n')
  for (const { line, words, text } of blocks.toReversed()) {
    const part = partOf(readFileSync(`${ROOT}${words.from}`, 'utf8'), text)
    if (part === null) {
      console.error(`${path}:${line}: ${words.from} has not its first and last line any more.`)
      process.exitCode = 1
      continue
    }
    const at = line - 1
    const indent = /^ */.exec(lines[at - 1] ?? '')?.[0] ?? ''
    const fresh = part.split('\n').map((each) => (each === '' ? '' : indent + each))
    lines.splice(at, text.trimEnd().split('\n').length, ...fresh)
  }
  writeFileSync(`${ROOT}${path}`, lines.join('\n'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, blocks } of readPages()) {
    const parts = blocks.filter(({ words }) => words.from !== undefined)
    if (parts.length > 0) refresh(path, parts)
  }
}
