/**
 * `erase`: after a backup was restored, erases again whom the list names; and writes that list. It
 * works on the store itself, so that it can run before any server starts and sends something.
 */
import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { StartError } from '../errors.ts'
import { isId } from '../id.ts'
import { ERASURE_REASONS, type ErasureReason } from '../lead.ts'
import { lookInto, type StorePlace } from '../store/look.ts'
import { openOwnStore, runCommand } from './own-store.ts'

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

export async function erase(argv: string[]): Promise<void> {
  await runCommand(argv.includes('--json'), async () => {
    const values = parseArguments(argv)
    if (values.help) return console.log(HELP)
    const config = readConfig(process.env)
    if (values.list) return list(config)
    const path = values['from-file']
    if (path === undefined) throw new StartError('erase needs --from-file FILE, or --list.')
    // Read and checked whole before anything is changed.
    const wanted = parseErasures(await readFile(path), path)
    const store = await openOwnStore(config)
    let erased = 0
    try {
      for (const { leadId, reason } of wanted) {
        if (await store.eraseLead(leadId, reason)) erased += 1
      }
    } finally {
      await store.close()
    }
    const absent = wanted.length - erased
    const report: EraseReport = { kind: 'erased', named: wanted.length, erased, absent }
    console.log(values.json ? JSON.stringify(report) : reportText(report))
  })
}

function parseArguments(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        'from-file': { type: 'string' },
        list: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    return values
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`${reason.split('.')[0]}. \`erase --help\` lists what there is.`)
  }
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

async function list(place: StorePlace): Promise<void> {
  const look = await lookInto(place)
  try {
    for (let after = ''; ; ) {
      const page = await look.erasures({ after, limit: PAGE_ROWS })
      for (const each of page) {
        console.log(JSON.stringify({ ...each, erasedAt: new Date(each.erasedAt).toISOString() }))
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

const HELP = `Erases again, in a store that was restored from a backup, who was erased after the backup was made.

Usage: chatzuri-server erase --list > erasures.jsonl       often, and kept apart from the backups
       chatzuri-server erase --from-file erasures.jsonl    after a restore, before any server starts

Options:
  --from-file FILE  lines of JSON as --list writes them, or answers of GET /api/v1/erasures; -: stdin
  --list            every erasure, oldest first; also beside a running server
  --json            the report as one line of JSON on stdout
  -h, --help        this text

Give it the settings of the server: DATA_DIR, or DATABASE_URL, ENCRYPTION_KEY and ADMIN_KEY. The list
holds ids only. Running it twice does no harm.
`
