/** The table: what each client sees in each answer. Kept as JSON for the test, and as a page to read. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { RawAnswer } from './answers.ts'

interface Row {
  name: string
  /** The beginning of their SHA-256: a row of other bytes says nothing. */
  bytes: string
  /** By client, in the order of `clients`; 0: no status. */
  statuses: number[]
}

export interface Table {
  clients: { name: string; version: string }[]
  rows: Row[]
}

const JSON_FILE = new URL('./verdicts.json', import.meta.url)
const PAGE_FILE = new URL('./verdicts.md', import.meta.url)
/** Node has two clients and one vote. */
const NODE = 'Node '
const VOTES_MIN = 3
const ANSWER_MIN = 200

export function readTable(): Table {
  return JSON.parse(readFileSync(JSON_FILE, 'utf8'))
}

export function hashOf({ text }: RawAnswer): string {
  return createHash('sha256').update(text, 'latin1').digest('hex').slice(0, 16)
}

/** The status that three of curl, Python, Go and Node see; 0: there is none. A 1xx is no answer yet. */
export function majority(table: Table, { statuses }: Row): number {
  const seen = [...new Set(statuses)].filter((status) => status >= ANSWER_MIN)
  return seen.find((status) => votes(table, statuses, status) >= VOTES_MIN) ?? 0
}

function votes({ clients }: Table, statuses: readonly number[], status: number): number {
  const voters = clients
    .filter((_client, index) => statuses[index] === status)
    .map(({ name }) => (name.startsWith(NODE) ? NODE : name))
  return new Set(voters).size
}

export function writeTable(table: Table, ours: readonly number[]): void {
  writeFileSync(JSON_FILE, `${JSON.stringify(table, null, 2)}\n`)
  writeFileSync(PAGE_FILE, pageText(table, ours))
}

function pageText(table: Table, ours: readonly number[]): string {
  const versions = table.clients.map(({ name, version }) => `${name} (${version})`).join(', ')
  const names = table.clients.map(({ name }) => name)
  const rows = table.rows.map((row, index) =>
    [cell(row.name), ...row.statuses.map(shown), shown(ours[index] ?? 0)].join(' | '),
  )
  return [
    '# What clients see in answers',
    '',
    `Made by \`npm run differential\`, of ${versions}. Each of the ${rows.length} answers in [answers.ts](answers.ts) was given to each of them; \`·\` is no status. Where three of curl, Python, Go and Node see a status, the server must see it: \`differential.test.ts\` holds it to that.`,
    '',
    `| answer | ${names.join(' | ')} | ours |`,
    `|---|${names.map(() => '---|').join('')}---|`,
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('_', '\\_')
}

function shown(status: number): string {
  return status === 0 ? '·' : String(status)
}
