/**
 * Copies one store to another: every table, in the order of its key, a batch a commit. How far it has
 * come is kept in the target, in the commit that brought it there: killed at any moment, it goes on
 * where it stopped.
 *
 * Until the last check is done the target holds a mark in place of its key check, so that no server
 * opens half a store. Sealed values are copied as they are; nothing here knows a key.
 *
 * Never: holds more than a batch, writes to the source, adds to a target that holds anything else.
 */
import { hash } from 'node:crypto'
import { assert, StartError } from '../../errors.ts'
import { storable } from '../postgres/connection/parameters.ts'
import { SERVER_SECRET, UNFINISHED_CHECK } from '../sealing/key-check.ts'
import {
  assertSameShape,
  type CopySide,
  keyOf,
  type Relation,
  type Row,
  type Value,
} from './copy-side.ts'

interface CopyStep {
  doing: 'copy' | 'verify'
  table: string
  /** Rows of this table so far, and in all. */
  rows: number
  total: number
}

interface CopiedTable {
  name: string
  rows: number
  checksum: string
}

export interface CopyReport {
  /** `done_before`: an earlier run ended this copy, and the source is as it was; nothing was done. */
  kind: 'copied' | 'done_before'
  tables: CopiedTable[]
}

/** How far a copy has come, in the target's meta. */
interface Progress {
  /** Which store it is a copy of. */
  source: string
  state: 'copying' | 'done'
  /** The table at hand: those before it are copied. */
  table: string
  after: Row | null
  /** Of a copy that is done: the source as it was. */
  tables?: CopiedTable[]
}

const PROGRESS_KEY = 'migration'
/** The largest rows are payloads of 100 KiB: 25 MB at worst. */
const BATCH_ROWS = 256

/** Throws `StartError` with the reason why not, and what to do. */
export async function copyStore(
  { source, target }: { source: CopySide; target: CopySide },
  onStep: (step: CopyStep) => void,
): Promise<CopyReport> {
  const meta = await source.readMeta()
  const keyCheck = keyCheckOf(meta, source)
  assertSameShape(source, target)
  const begun = await readProgress(target)
  const identity = hash('sha256', keyCheck)
  if (begun?.source !== identity) await assertEmpty(target, begun)
  if (begun?.source === identity && begun.state === 'done') {
    await assertUnchanged(source, begun.tables ?? [], onStep)
    return { kind: 'done_before', tables: [] }
  }
  const progress: Progress =
    begun?.source === identity
      ? begun
      : { source: identity, state: 'copying', table: '', after: null }
  await target.write({
    meta: { key_check: UNFINISHED_CHECK, [PROGRESS_KEY]: JSON.stringify(progress) },
  })
  for (const relation of orderOf(source)) {
    if (relation.name < progress.table) continue
    const after = relation.name === progress.table ? progress.after : null
    await copyRelation({ source, target, relation, identity }, after, onStep)
  }
  const tables = await verify({ source, target }, onStep)
  await finish(target, { meta, identity, tables, backlog: await source.readBacklog() })
  return { kind: 'copied', tables }
}

/** A check is made once for each store, with a nonce of its own: it also tells stores apart. */
function keyCheckOf(meta: Map<string, string>, source: CopySide): string {
  const keyCheck = meta.get('key_check')
  if (keyCheck === undefined) {
    throw new StartError(`No Chatzuri server has ever used ${source.place}: nothing to copy.`)
  }
  if (keyCheck !== UNFINISHED_CHECK) return keyCheck
  throw new StartError(
    `A migrate into ${source.place} is not finished: let it end before you copy from there.`,
  )
}

async function readProgress(target: CopySide): Promise<Progress | null> {
  const text = (await target.readMeta()).get(PROGRESS_KEY)
  return text === undefined ? null : (JSON.parse(text) as Progress) // written below, in `copyBatch`
}

async function assertEmpty(target: CopySide, begun: Progress | null): Promise<void> {
  if (begun?.state === 'copying') {
    throw new StartError(
      `${upper(target.place)} holds the unfinished copy of another store. Choose an empty target.`,
    )
  }
  for (const relation of target.relations.values()) {
    const rows = await target.read(relation, null, 1)
    if (rows.length === 0) continue
    throw new StartError(
      `${upper(target.place)} already holds data (table "${relation.name}"). Choose an empty target: migrate never mixes two stores.`,
    )
  }
}

function orderOf(side: CopySide): Relation[] {
  return [...side.relations.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function copyRelation(
  copy: { source: CopySide; target: CopySide; relation: Relation; identity: string },
  from: Row | null,
  onStep: (step: CopyStep) => void,
): Promise<void> {
  const { source, target, relation, identity } = copy
  const total = await source.count(relation)
  let rows = from === null ? 0 : await target.count(relation)
  let after = from
  onStep({ doing: 'copy', table: relation.name, rows, total })
  for (;;) {
    const found = await source.read(relation, after, BATCH_ROWS)
    const last = found.at(-1)
    if (last === undefined) return
    after = keyOf(relation, last)
    const progress: Progress = { source: identity, state: 'copying', table: relation.name, after }
    await target.write({
      rows: { relation, rows: found.map((row) => canonical(row)) },
      meta: { [PROGRESS_KEY]: JSON.stringify(progress) },
    })
    rows += found.length
    onStep({ doing: 'copy', table: relation.name, rows, total })
  }
}

/** Reads all of both stores once more. */
async function verify(
  { source, target }: { source: CopySide; target: CopySide },
  onStep: (step: CopyStep) => void,
): Promise<CopiedTable[]> {
  const tables: CopiedTable[] = []
  for (const relation of orderOf(source)) {
    const total = await source.count(relation)
    const tell = (rows: number) => onStep({ doing: 'verify', table: relation.name, rows, total })
    tell(0)
    const [wanted, found] = await Promise.all([
      checksum(source, relation, tell),
      checksum(target, relation),
    ])
    if (wanted.rows !== found.rows || wanted.checksum !== found.checksum) {
      throw new StartError(
        `The copy differs in the table "${relation.name}": ${wanted.rows} rows with checksum ${wanted.checksum} in ${source.place}, ${found.rows} with ${found.checksum} in ${target.place}. Was the source used in between? Empty the target and run it again; the source is as it was.`,
      )
    }
    tables.push({ name: relation.name, ...wanted })
  }
  return tables
}

/** Against what was copied, not against the target: that may be in use since. */
async function assertUnchanged(
  source: CopySide,
  copied: readonly CopiedTable[],
  onStep: (step: CopyStep) => void,
): Promise<void> {
  for (const relation of orderOf(source)) {
    const { name } = relation
    const total = await source.count(relation)
    const tell = (rows: number) => onStep({ doing: 'verify', table: name, rows, total })
    const found = await checksum(source, relation, tell)
    const before = copied.find((table) => table.name === name)
    if (before?.rows === found.rows && before.checksum === found.checksum) continue
    throw new StartError(
      `The source has changed since this copy was finished (table "${name}"); empty the target and run again.`,
    )
  }
}

/** From here on the target can be opened. The last commit of a copy. */
async function finish(
  target: CopySide,
  {
    meta,
    identity,
    tables,
    backlog,
  }: { meta: Map<string, string>; identity: string; tables: CopiedTable[]; backlog: number },
): Promise<void> {
  await target.settleIn()
  const done: Progress = { source: identity, state: 'done', table: '', after: null, tables }
  await target.write({
    // A source of an earlier build has no secret; one of the target's own would be another key's.
    meta: {
      [SERVER_SECRET]: '',
      ...Object.fromEntries(meta),
      [PROGRESS_KEY]: JSON.stringify(done),
    },
    backlog,
  })
}

const HALF_BYTES = 6
const HALF_MAX = 2 ** 48

/**
 * The sum of all rows' hashes, modulo 2^96: it does not depend on the order, in which two stores may
 * differ by a character that one of them can't keep.
 */
async function checksum(
  side: CopySide,
  relation: Relation,
  tell: (rows: number) => void = () => {},
): Promise<{ rows: number; checksum: string }> {
  let [rows, low, high] = [0, 0, 0]
  let after: Row | null = null
  for (;;) {
    const found: Row[] = await side.read(relation, after, BATCH_ROWS)
    for (const row of found) {
      const digest = hash('sha256', JSON.stringify(canonical(row)), 'buffer')
      low = (low + digest.readUIntBE(0, HALF_BYTES)) % HALF_MAX
      high = (high + digest.readUIntBE(HALF_BYTES, HALF_BYTES)) % HALF_MAX
    }
    rows += found.length
    tell(rows)
    const last = found.at(-1)
    if (last === undefined) break
    after = keyOf(relation, last)
    assert(
      after.every((value) => value !== null),
      'a key holds no null',
    )
  }
  const hex = (half: number) => half.toString(16).padStart(2 * HALF_BYTES, '0')
  return { rows, checksum: hex(high) + hex(low) }
}

/** The row as every store can keep it: without U+0000. */
function canonical(row: Row): Row {
  return row.map((value) => storable(value) as Value)
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
