/**
 * `erase`: after a backup was restored, erases again whom the list names; and writes that list. It
 * works on the store itself, so that it can run before any server starts and sends something.
 */
import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { type Command, EXIT, type Output, usageError } from 'chatzuri/command-line'
import { StartError } from '../errors.ts'
import { isId } from '../id.ts'
import { ERASURE_REASONS, type ErasureReason } from '../lead.ts'
import { type Config, readConfig } from '../settings/config.ts'
import { lookInto, type StorePlace } from '../store/looking/look.ts'
import { openOwnStore } from './own-store.ts'

const PAGE_ROWS = 500

interface ToErase {
  leadId: string
  reason: ErasureReason
}

interface EraseReport {
  kind: 'erased'
  /** Leads that the list names, that were here and are erased now, and that were not here. */
  named: number
  erased: number
  absent: number
}

export const erase: Command = {
  name: 'erase',
  usage: '--from-file FILE | --list',
  about:
    'Erases again, in a store that was restored from a backup, who was erased after the backup was made.',
  argumentsMax: 0,
  options: {
    'from-file': {
      type: 'string',
      value: 'FILE',
      about: 'lines of JSON as --list writes them, or answers of GET /api/v1/erasures; -: stdin',
    },
    list: {
      type: 'boolean',
      about: 'every erasure as lines of JSON, oldest first; also beside a running server',
    },
  },
  notes: `  chatzuri-server erase --list > erasures.jsonl       often, and kept apart from the backups
  chatzuri-server erase --from-file erasures.jsonl    after a restore, before any server starts

Give it the settings of the server: DATA_DIR, or DATABASE_URL, ENCRYPTION_KEY and ADMIN_KEY. The list
holds ids only. Running it twice does no harm.`,
  async run({ env, out, flag, text: option }) {
    const path = option('from-file')
    if (flag('list') === (path !== undefined))
      throw usageError('erase needs --from-file FILE, or --list.')
    const config = readConfig(env)
    if (path === undefined) {
      await list(config, out)
      return EXIT.done
    }
    // Read and checked whole before anything is changed.
    const wanted = parseErasures(await readFile(path), path)
    const report = await eraseAgain(config, wanted, out)
    out.value(report, () => reportText(report))
    return EXIT.done
  },
}

async function eraseAgain(config: Config, wanted: ToErase[], out: Output): Promise<EraseReport> {
  const { store } = await openOwnStore(config)
  const report: EraseReport = { kind: 'erased', named: wanted.length, erased: 0, absent: 0 }
  try {
    for (const [at, { leadId, reason }] of wanted.entries()) {
      out.step({ doing: 'erasing', done: at, total: wanted.length })
      if (await store.eraseLead(leadId, reason)) report.erased += 1
      else report.absent += 1
    }
  } finally {
    out.progress(null)
    await store.close()
  }
  return report
}

async function readFile(path: string): Promise<string> {
  try {
    return await text(path === '-' ? process.stdin : createReadStream(path))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new StartError(`The list ${path} cannot be read: ${why}.`, { cause: error })
  }
}

/** Lines of JSON as `--list` writes them, or answers of `GET /api/v1/erasures`; each lead once. */
export function parseErasures(content: string, path: string): ToErase[] {
  const found = new Map<string, ToErase>()
  for (const value of parseJson(content, path).flatMap(itemsOf)) {
    const { leadId, reason = 'request' } = (value ?? {}) as { leadId?: unknown; reason?: unknown }
    const known = ERASURE_REASONS.find((each) => each === reason)
    if (typeof leadId !== 'string' || !isId('lead', leadId) || known === undefined) {
      throw new StartError(
        `The list ${path} holds something else than erasures (${JSON.stringify(value).slice(0, 80)}): nothing was erased.`,
      )
    }
    found.set(leadId, { leadId, reason: known })
  }
  return [...found.values()]
}

function parseJson(content: string, path: string): unknown[] {
  try {
    return [JSON.parse(content)]
  } catch {
    // More than one document: a line each.
  }
  try {
    const lines = content.split('\n').filter((line) => line.trim() !== '')
    return lines.map((line) => JSON.parse(line))
  } catch (error) {
    throw new StartError(`The list ${path} is not JSON, nor lines of JSON: nothing was erased.`, {
      cause: error,
    })
  }
}

function itemsOf(document: unknown): unknown[] {
  if (Array.isArray(document)) return document
  const data = (document as { data?: unknown } | null)?.data
  return Array.isArray(data) ? data : [document]
}

async function list(place: StorePlace, out: Output): Promise<void> {
  const look = await lookInto(place)
  try {
    for (let after = ''; ; ) {
      const page = await look.erasures({ after, limit: PAGE_ROWS })
      for (const each of page) {
        out.line(JSON.stringify({ ...each, erasedAt: new Date(each.erasedAt).toISOString() }))
      }
      const last = page.at(-1)
      if (!last) return
      after = last.id
    }
  } finally {
    await look.close()
  }
}

function reportText({ named, erased, absent }: EraseReport): string {
  return `Erased ${erased} of the ${named} leads that the list names; the other ${absent} were not here.`
}
