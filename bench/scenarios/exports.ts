/**
 * Exports: a hundred clients with one chatbot's key ask for exports, or lists, all at once and for as
 * long as it is measured. Meanwhile `/healthz` and the leads of another chatbot must be answered as
 * if nobody did, and the server's memory must stay what it is.
 */
import { Worker } from 'node:worker_threads'
import { request } from 'undici'
import { type BenchWorld, pause, tell, withWorld } from '../bench-world.ts'
import type { ExportCounts, ExportLoad } from '../export-load.ts'
import { atMost, type Figure, figureOf, percentile } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { canReadUsage, residentMb } from '../process-usage.ts'
import { leadBody } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

const CLIENTS = 100
const LEADS = 600
/** As long as a delivery's body may be, about. */
const LARGE_NAME = 'n'.repeat(95_000)
const POSTS_OPEN = 8
const POST_EVERY_MS = 20
const PROBE_EVERY_MS = 10
const SAMPLE_EVERY_MS = 50

export const exports: Scenario = {
  name: 'exports',
  about: `${CLIENTS} clients that export ${LEADS} leads, with large names and ordinary ones`,
  cannotRun: () => (canReadUsage() ? null : 'it reads /proc, which this system lacks'),
  async run({ quick, profileDir, store }) {
    const seconds = quick ? 5 : 20
    const figures: Figure[] = []
    for (const [what, name, path] of [
      ['exports of ordinary leads', null, '/api/v1/leads.csv'],
      ['exports of large leads', LARGE_NAME, '/api/v1/leads.csv'],
      ['lists of large leads', LARGE_NAME, '/api/v1/leads?limit=100'],
      ['counted pages of large leads', LARGE_NAME, '/api/v1/get-leads?size=100'],
    ] as const) {
      // A fresh server each: its highest memory is the kernel's own figure.
      await withWorld({ profileDir, store }, async (world) => {
        const chatbotId = await world.api.createChatbot()
        await fill(world, chatbotId, name)
        const key = await world.api.createKey(chatbotId)
        figures.push(...(await measure(world, { key, path, what, seconds })))
      })
    }
    return figures
  },
}

async function fill(world: BenchWorld, chatbotId: string, name: string | null): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < LEADS) {
      const body = leadBody(next++)
      const large = { ...(JSON.parse(body) as object), customerName: name }
      await world.api.postLead(chatbotId, name === null ? body : JSON.stringify(large))
    }
  }
  await Promise.all(Array.from({ length: POSTS_OPEN }, work))
}

async function measure(
  world: BenchWorld,
  asked: { key: string; path: string; what: string; seconds: number },
): Promise<Figure[]> {
  const { key, path, what, seconds } = asked
  const { pid, url } = world.server
  const otherId = await world.api.createChatbot()
  const probe = async () => {
    const answer = await request(`${url}/healthz`)
    await answer.body.dump()
  }
  const post = async () => void (await world.api.postLead(otherId, leadBody(0)))
  for (let warm = 0; warm < 200; warm++) await Promise.all([probe(), post()])
  const before = residentMb(pid).now
  const load = startLoad({ url, key, path, clients: CLIENTS })
  const endAt = monotonicMs() + seconds * 1_000
  const resident: number[] = []
  const [probes, posts] = await Promise.all([
    every(PROBE_EVERY_MS, endAt, probe),
    every(POST_EVERY_MS, endAt, post),
    every(SAMPLE_EVERY_MS, endAt, async () => void resident.push(residentMb(pid).now)),
  ])
  const counts = await load.stop()
  tell(
    `${what}: ${counts.finished} finished, ${counts.refused} refused, ` +
      `${(counts.megabytes / seconds).toFixed(0)} MB/s; ${before.toFixed(0)} MB resident before`,
  )
  return [
    at(0.99, probes, `${what}: /healthz`, 200),
    at(1, probes, '  /healthz', null),
    at(0.99, posts, `  another chatbot's leads`, 250),
    at(1, posts, `  another chatbot's leads`, null),
    figureOf([Math.max(...resident)], {
      what: '  memory, highest',
      unit: 'MB',
      target: atMost(400),
      note: `peak ${residentMb(pid).peak.toFixed(0)}`,
    }),
  ]
}

function at(share: number, values: number[], what: string, max: number | null): Figure {
  const text = { what: `${what}, ${share === 1 ? 'slowest' : `p${share * 100}`}` }
  const target = max === null ? {} : { target: atMost(max) }
  return figureOf([percentile(values, share)], { ...text, unit: 'ms', ...target })
}

/** Begins one at each time, whether or not earlier ones were answered; how long each took. */
async function every(everyMs: number, endAt: number, run: () => Promise<void>): Promise<number[]> {
  const took: number[] = []
  const running: Promise<void>[] = []
  for (let dueAt = monotonicMs(); dueAt < endAt; dueAt += everyMs) {
    const waitMs = dueAt - monotonicMs()
    if (waitMs > 0) await pause(waitMs)
    // From when it was due: a load that held us up held up whoever would have asked then, too.
    running.push(run().then(() => void took.push(monotonicMs() - dueAt)))
  }
  await Promise.all(running)
  return took
}

function startLoad(load: ExportLoad): { stop(): Promise<ExportCounts> } {
  const worker = new Worker(new URL('../export-load.ts', import.meta.url), { workerData: load })
  const ended = new Promise<ExportCounts>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  // Told by `stop`.
  ended.catch(() => {})
  return {
    stop() {
      worker.postMessage('stop')
      return ended
    },
  }
}
