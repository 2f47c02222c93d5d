/**
 * Latency: 200 leads a second, at their times whether or not earlier ones were answered, one webhook
 * in good health. Two distances are told: from the 202 in the client's hands to the receiver, which
 * the target is about, and from the POST to the receiver, which also holds the whole way in and the
 * commit's sync. Both processes read the machine's one monotonic clock.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { request } from 'undici'
import { signedHeaders } from '../bare-loop.ts'
import { type BenchWorld, DATA_ROOT, tell, withWorld } from '../bench-world.ts'
import { atRate, deliverAtRate, type Lead, PER_SECOND } from '../lead-rate.ts'
import { warmUp } from '../lead-turn.ts'
import { atMost, type Figure, figureOf, percentile, type Target } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { leadDeliveryBody } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

/** As other webhook servers were measured. */
const SLOW_PER_SECOND = 100

export const latency: Scenario = {
  name: 'latency',
  about: `accepted until at the receiver, at ${PER_SECOND} leads a second`,
  run({ quick, profileDir, store }) {
    const seconds = quick ? 5 : 15
    return withWorld({ profileDir, store }, async (world) => {
      await warmUp(world)
      await deliverAtRate(world, 2 * PER_SECOND)
      const bare = await postAtRate(world, 2 * PER_SECOND)
      const leads = await deliverAtRate(world, seconds * PER_SECOND)
      const slow = await deliverAtRate(world, seconds * SLOW_PER_SECOND, SLOW_PER_SECOND)
      const sync = timeSyncs(100)
      tell(`the disk syncs 4 KiB in ${sync.toFixed(2)} ms (median of 100)`)
      return [...figures(leads, bare), ...slowFigures(slow)]
    })
  },
}

function figures(leads: Lead[], bareMs: number[]): Figure[] {
  const accepted = leads.map(({ acceptedAt, arrivedAt }) => arrivedAt - acceptedAt)
  const sent = leads.map(({ sentAt, arrivedAt }) => arrivedAt - sentAt)
  const answered = leads.map(({ sentAt, acceptedAt }) => acceptedAt - sentAt)
  return [
    at(0.5, accepted, 'accepted (202 received) → at the receiver', atMost(1.5)),
    at(0.99, accepted, 'accepted (202 received) → at the receiver', atMost(10)),
    at(0.5, sent, '  POST sent → at the receiver'),
    at(0.99, sent, '  POST sent → at the receiver'),
    at(0.5, answered, '  POST sent → 202 received'),
    at(0.5, bareMs, '  a bare POST → at the receiver'),
    ...times(sent, bareMs),
  ]
}

function slowFigures(leads: Lead[]): Figure[] {
  const sent = leads.map(({ sentAt, arrivedAt }) => arrivedAt - sentAt)
  const what = `POST sent → at the receiver, at ${SLOW_PER_SECOND} a second`
  return [at(0.5, sent, what, atMost(1.5)), at(0.99, sent, what, atMost(4))]
}

function at(share: number, values: number[], what: string, target?: Target): Figure {
  const text = { what: `${what}, p${share * 100}`, unit: 'ms' as const }
  return figureOf([percentile(values, share)], target ? { ...text, target } : text)
}

function times(sent: number[], bareMs: number[]): Figure[] {
  const ratio = percentile(sent, 0.5) / percentile(bareMs, 0.5)
  return [figureOf([ratio], { what: '  POST sent → receiver / bare POST, p50', unit: 'ratio' })]
}

/** The same load straight to the receiver: what two processes and a socket take by themselves. */
async function postAtRate(world: BenchWorld, count: number): Promise<number[]> {
  const group = world.newGroup('bare')
  await world.receiver.ask('stamp', group)
  const sentAt = new Map<string, number>()
  await atRate({ count }, async (index) => {
    const body = leadDeliveryBody(index, 'bot_00000000000000000000000000')
    const id = `evt_${index.toString().padStart(26, '0')}`
    const headers = signedHeaders(id, body)
    sentAt.set(id, monotonicMs())
    const url = `${world.receiver.url}/${group}/0`
    const answer = await request(url, { method: 'POST', headers, body })
    await answer.body.dump()
  })
  const { stamps } = await world.receiver.ask('counts', group)
  return stamps.map(([id, arrivedAt]) => arrivedAt - (sentAt.get(id) ?? Number.NaN))
}

/** What a sync to disk takes here, in ms: no commit can be faster. */
function timeSyncs(count: number): number {
  const folder = mkdtempSync(`${DATA_ROOT}sync-`)
  const file = openSync(`${folder}/probe`, 'w')
  const page = Buffer.alloc(4096, 1)
  const took = Array.from({ length: count }, () => {
    const startedAt = monotonicMs()
    writeSync(file, page)
    fsyncSync(file)
    return monotonicMs() - startedAt
  })
  closeSync(file)
  rmSync(folder, { recursive: true })
  return percentile(took, 0.5)
}
