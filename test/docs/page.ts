/**
 * The pages that are for people, and the code blocks in them. A block's fence says its language and
 * then, if it must, words of the form `name` or `name="value"`; CONTRIBUTING.md explains them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Page {
  /** From the repository's root. */
  path: string
  text: string
  blocks: Block[]
}

export interface Block {
  page: string
  /** Where its first line of code stands. */
  line: number
  language: string
  words: Record<Word, string | undefined>
  /** Without the indentation of its fence. */
  text: string
}

const WORDS = [
  'prints',
  'fails',
  'starts',
  'given',
  'file',
  'from',
  'output',
  'event',
  'covered-by',
  'not-run',
] as const
type Word = (typeof WORDS)[number]

export function readPages(): Page[] {
  const packages = readdirSync(`${ROOT}packages`).map((name) => `packages/${name}/README.md`)
  const all = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'bench/README.md', ...packages]
  const pages = [...all, ...markdownIn('docs'), ...markdownIn('docs/decisions')]
  return [...pages, ...markdownIn('examples')].flatMap((path) => {
    const text = readIfThere(path)
    return text === null ? [] : [{ path, text, blocks: blocksOf(path, text) }]
  })
}

function blocksOf(page: string, text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const [, indent, fence = '', info = ''] = /^( *)(`{3,})(.*)$/.exec(lines[at] ?? '') ?? []
    if (indent === undefined) continue
    const closing = new RegExp(`^ *${fence}\\s*$`)
    const end = lines.findIndex((line, index) => index > at && closing.test(line))
    if (end === -1) throw new Error(`${page}:${at + 1}: this block is never closed.`)
    const code = lines.slice(at + 1, end).map((line) => line.replace(indent, ''))
    const { language, words } = readInfo(info, `${page}:${at + 1}`)
    blocks.push({ page, line: at + 2, language, words, text: `${code.join('\n')}\n` })
    at = end
  }
  return blocks
}

function readInfo(info: string, place: string): Pick<Block, 'language' | 'words'> {
  const [, language = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(info.trim()) ?? []
  const words: Partial<Record<Word, string>> = {}
  const unread = rest.replace(/([\w-]+)(?:="([^"]*)")?\s*/g, (whole, name: string, value = '') => {
    const word = WORDS.find((known) => known === name)
    if (word === undefined) return whole
    words[word] = value
    return ''
  })
  if (unread !== '') throw new Error(`${place}: nobody knows what "${unread}" means on a fence.`)
  return { language, words: words as Block['words'] }
}

function markdownIn(folder: string): string[] {
  return readdirSync(`${ROOT}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(`${ROOT}${path}`, 'utf8')
  } catch {
    return null // Not every package has a page.
  }
}
