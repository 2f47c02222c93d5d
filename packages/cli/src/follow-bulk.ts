/** What the server does with many at once: asked for, then followed until it is over. */
import type { Api } from './api.ts'
import type { Given } from './command.ts'
import { CommandError, EXIT, type ExitCode } from './command-error.ts'
import { confirm } from './confirm.ts'

type BulkKind = 'resend' | 'cancel' | 'backfill'

const LOOK_EVERY_MS = 300
/** A server that is started anew goes on by itself: it is waited for. */
const AWAY_MAX_MS = 60_000

const DONE = {
  resend: 'deliveries are on their way again',
  cancel: 'deliveries are cancelled',
  backfill: 'events are on their way',
}

interface Asked {
  kind: BulkKind
  /** Takes `dryRun`, and answers with a count. */
  path: string
  body: Record<string, unknown>
  /** As in "Send 7 deliveries again". */
  question(count: string): string
  /** As in "7 deliveries match." */
  counted(count: string): string
}

/** Counts, asks, starts and follows. The exit code is 1 where some were skipped, or it was stopped. */
export async function doMany(api: Api, given: Given, asked: Asked): Promise<ExitCode> {
  const { kind: action, path, body } = asked
  const { out, flag } = given
  const { count, more } = await api.post(path, { ...body, dryRun: true })
  const text = more ? `${count} or more` : String(count)
  if (flag('dry-run') || (count === 0 && !more)) {
    out.value({ action, count, more }, () => asked.counted(text))
    return EXIT.done
  }
  if (!flag('yes')) await confirm(asked.question(text), 'Nothing was changed.')
  const { recoveryId } = await api.post(path, body)
  return followBulk(api, given, String(recoveryId))
}

export async function followBulk(api: Api, given: Given, id: string): Promise<ExitCode> {
  const { out } = given
  const interrupted = untilInterrupted()
  try {
    for (;;) {
      const bulk = await patientlyGet(api, given, { id, signal: interrupted.signal })
      if (bulk?.finishedAt != null) {
        out.progress(null)
        out.value(bulk, () => overText(bulk))
        return bulk.stopped || Number(bulk.skipped) > 0 ? EXIT.no : EXIT.done
      }
      if (bulk !== null) {
        const done = Number(bulk.done) + Number(bulk.skipped)
        const total = Math.max(done, Number(bulk.total))
        out.step({ doing: String(bulk.action), done, total })
      }
      if (interrupted.signal.aborted) break
      await pause(LOOK_EVERY_MS, interrupted.signal)
    }
  } finally {
    interrupted.end()
  }
  out.progress(null)
  out.notice(
    `It goes on in the server. How far it is: chatzuri bulk show ${id}. To stop it: chatzuri bulk stop ${id}.`,
  )
  return EXIT.no
}

/** Null: it was interrupted meanwhile. */
async function patientlyGet(
  api: Api,
  { out }: Given,
  { id, signal }: { id: string; signal: AbortSignal },
) {
  const awayAt = performance.now()
  for (let isTold = false; ; isTold = true) {
    try {
      return await api.get(bulkPath(id))
    } catch (error) {
      if (!(error instanceof CommandError) || error.exitCode !== EXIT.unreachable) throw error
      if (signal.aborted) return null
      out.progress(null)
      if (performance.now() - awayAt > AWAY_MAX_MS) {
        const message = `${error.message} What was begun goes on when it is back: chatzuri bulk show ${id}.`
        throw new CommandError(EXIT.unreachable, message, { cause: error })
      }
      if (!isTold) out.notice('The server is away: waiting for it. What was begun is not lost.')
      await pause(LOOK_EVERY_MS, signal)
    }
  }
}

export function bulkPath(id: string): string {
  return `/api/v1/bulk-actions/${encodeURIComponent(id)}`
}

/** What became of one that is over. */
export function overText(bulk: Record<string, unknown>): string {
  const skipped = Number(bulk.skipped)
  const parts = [
    `${bulk.done} ${DONE[bulk.action as BulkKind]}.`,
    ...(skipped === 0 ? [] : [`${skipped} were left as they are: their state did not allow it.`]),
    ...(bulk.stopped ? ['It was stopped before its end.'] : []),
  ]
  return parts.join(' ')
}

/** Ctrl-C ends the watching alone; a second one ends the process, as without us. */
function untilInterrupted() {
  const stop = new AbortController()
  const abort = () => stop.abort()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.once(signal, abort)
  const end = () => {
    for (const signal of signals) process.off(signal, abort)
  }
  return { signal: stop.signal, end }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
