/** Bodies: what 120 batches of 8 MiB at once by one key cost everybody else, and how much memory. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type BenchWorld, pause, tell, watch, withWorld } from '../bench-world.ts'
import type { BodiesSent, BodyKind } from '../body-sender.ts'
import { atMost, type Figure, figureOf, percentile } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { canReadUsage, residentMb } from '../process-usage.ts'
import { leadBody } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

const BATCHES = 120
const POSTS_EVERY_MS = 10
/** Others' posts with nothing else under way: what the disk takes. */
const QUIET_POSTS = 200

export const bodies: Scenario = {
  name: 'bodies',
  about: '120 batches of 8 MiB at once by one key: memory, and what others wait',
  cannotRun: () => (canReadUsage() ? null : 'it reads /proc, which this system lacks'),
  async run({ quick, profileDir, store }) {
    const figures: Figure[] = []
    for (const kind of ['orders', 'texts', 'objects'] as const) {
      // A server for each: what one kind has left in memory is no figure of the next.
      const measured = await withWorld({ profileDir, store }, (world) =>
        measure(world, kind, quick ? 10 : 30),
      )
      figures.push(...measured)
    }
    return figures
  },
}

async function measure(world: BenchWorld, kind: BodyKind, seconds: number): Promise<Figure[]> {
  const { api, server } = world
  const [loud, quiet] = [await api.createChatbot(), await api.createChatbot()]
  const key = await api.createKey(loud)
  const before = await postLeads(world, quiet, (sent) => sent < QUIET_POSTS)
  const url = `${server.url}/api/v1/chatbots/${loud}/events/batch`
  const args = ['--url', url, '--key', key, '--kind', kind]
  const program = new URL('../body-sender.ts', import.meta.url)
  const sender = fork(program, [...args, `--count=${BATCHES}`, `--seconds=${seconds}`])
  watch(sender)
  let sent: BodiesSent | null = null
  sender.once('message', (told) => {
    sent = told as BodiesSent
  })
  const ended = once(sender, 'exit')
  const during = await postLeads(world, quiet, () => sender.exitCode === null)
  await ended
  tell(`${kind}: ${JSON.stringify(sent)}, ${during.length} posts of others meanwhile`)
  const p99 = (values: readonly number[]) => [percentile(values, 0.99)]
  return [
    figureOf([residentMb(server.pid).peak], {
      what: `bodies (${kind}): resident at its highest`,
      unit: 'MB',
      target: atMost(500),
    }),
    figureOf(p99(during), {
      what: `bodies (${kind}): others’ posts, p99`,
      unit: 'ms',
      target: atMost(250),
    }),
    figureOf(p99(before), { what: `bodies (${kind}): the same before, p99`, unit: 'ms' }),
    figureOf([Math.max(...during)], { what: `bodies (${kind}): the slowest`, unit: 'ms' }),
  ]
}

/** One every 10 ms, whether the one before is answered or not; how long each took. */
async function postLeads(
  { api }: BenchWorld,
  chatbotId: string,
  goesOn: (sent: number) => boolean,
): Promise<number[]> {
  const tookMs: number[] = []
  const open: Promise<void>[] = []
  for (let sent = 0; goesOn(sent); sent++) {
    const startedAt = monotonicMs()
    const answered = api.postLead(chatbotId, leadBody(sent)).then(() => {
      tookMs.push(monotonicMs() - startedAt)
    })
    open.push(answered)
    await pause(POSTS_EVERY_MS)
  }
  await Promise.all(open)
  return tookMs
}
