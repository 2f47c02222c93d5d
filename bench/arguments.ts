/** What the bench was asked for on its command line. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type RunningServer, readRunningServer } from './peers/servers/running-server.ts'
import type { BenchOptions } from './scenario.ts'
import { STORES, type StoreName } from './stores.ts'

export const HELP = `Measures the server against a bare loop and against its targets.

Usage: npm run bench -- [options]

  --only NAME     this scenario only; may be given several times
  --against REV   the working tree against a commit, or a folder (./path), in turns
  --peers         against BullMQ, pg-boss and graphile-worker instead; see bench/README.md
  --peer NAME=URL against a webhook server that already runs; names and what each needs: --list
  --peer-pids N,… its processes and its stores', so that their CPU is told
  --store NAME    sqlite (default), postgres or both: PostgreSQL is TEST_DATABASE_URL's, or our own
  --history N     finished deliveries in the store of \`history\` (5000000; with --quick 200000)
  --keep DIR      leave the filled stores of \`history\` there, and use them next time
  --rounds N      how often two sides of --against take turns
  --quick         fewer rounds and less of everything: for a look, not for a record
  --list          what there is
  --json FILE     also write the figures there
  --markdown FILE the same as tables for docs/benchmarks.md
  --profile DIR   CPU profiles of the server's threads, one file each (they cost some speed)
  --help          this text
`

export interface Arguments {
  help: boolean
  list: boolean
  /** Null: all that there are. */
  only: string[] | null
  against: string | null
  peers: boolean
  peer: RunningServer | null
  stores: readonly StoreName[]
  json: string | null
  markdown: string | null
  options: Omit<BenchOptions, 'store'>
}

export function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      against: { type: 'string' },
      peers: { type: 'boolean', default: false },
      peer: { type: 'string' },
      'peer-pids': { type: 'string' },
      store: { type: 'string', default: 'sqlite' },
      history: { type: 'string' },
      keep: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    help: values.help,
    list: values.list,
    only: values.only ?? null,
    against: values.against ?? null,
    peers: values.peers,
    peer: values.peer === undefined ? null : runningServer(values.peer, values['peer-pids']),
    stores: storesOf(values.store),
    json: values.json ?? null,
    markdown: values.markdown ?? null,
    options: {
      quick: values.quick,
      profileDir: values.profile === undefined ? null : resolve(values.profile),
      history: wholeNumber('--history', values.history),
      rounds: wholeNumber('--rounds', values.rounds),
      keepDir: values.keep === undefined ? null : resolve(values.keep),
    },
  }
}

function runningServer(text: string, pids: string | undefined): RunningServer {
  const numbers = pids?.split(',').map((pid) => wholeNumber('--peer-pids', pid) ?? 0) ?? []
  return readRunningServer(text, process.env, numbers)
}

function storesOf(asked: string): readonly StoreName[] {
  const wanted = asked === 'both' ? STORES : STORES.filter((store) => store === asked)
  if (wanted.length === 0) throw new Error(`--store knows ${STORES.join(', ')} and both`)
  return wanted
}

function wholeNumber(option: string, text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${option}: "${text}" is not a number`)
  return Number(text)
}
