/**
 * What measures two servers beside each other really has two: each gets its own leads and no other,
 * and done means recorded. Small numbers: what comes out is no figure.
 */
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { withRevision } from '../../bench/against/revision.ts'
import { withSides } from '../../bench/against/sides.ts'
import { type BenchWorld, cleanUp, withWorld } from '../../bench/bench-world.ts'
import { leadTurn } from '../../bench/lead-turn.ts'
import { postLeads } from '../../bench/peers/contender.ts'
import { readRunningServer, withRunningServer } from '../../bench/peers/servers/running-server.ts'
import { leadEmail } from '../../bench/sample-events.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const LEADS = 30
const OPTIONS = {
  store: 'sqlite',
  quick: true,
  profileDir: null,
  rounds: null,
  history: null,
  keepDir: null,
} as const

afterAll(cleanUp)

describe('--peer NAME=URL', () => {
  test('a server that runs already gets its leads, and is done when it has recorded them', async () => {
    await withBoth(async (ours, theirs) => {
      const { url } = theirs.server
      const peer = readRunningServer(`chatzuri=${url}`, { PEER_KEY: theirs.home.adminKey }, [])
      await withRunningServer(ours, peer, async (contender) => {
        const group = ours.newGroup('peer')
        await ours.receiver.ask('stamp-leads', group)
        await ours.receiver.ask('shut', group)
        const chatbotId = await contender.addChatbot({ group, count: 2 })
        await postLeads(contender, { chatbotId, leads: LEADS, connections: 8 })
        let isDone = false
        const recorded = contender.untilRecorded(chatbotId, 2 * LEADS).then(() => {
          isDone = true
        })
        await expect
          .poll(async () => (await ours.receiver.counts(group)).requests)
          .toBeGreaterThan(0)
        expect(isDone).toBe(false)
        await ours.receiver.ask('open', group)
        await ours.untilArrived(group, 2 * LEADS)
        await recorded
        const { stamps } = await ours.receiver.ask('counts', group)
        const emails = Array.from({ length: LEADS }, (_, index) => leadEmail(index))
        expect(new Set(stamps.map(([email]) => email))).toEqual(new Set(emails))
        expect(await countOf(theirs)).toBe(2 * LEADS)
        expect(await countOf(ours)).toBe(0)

        await contender.dropChatbot(chatbotId)
        await postLeads(contender, { chatbotId, leads: 1, connections: 1 })
        await contender.untilRecorded(chatbotId, 0)
        expect((await ours.receiver.counts(group)).requests).toBe(2 * LEADS)
      })
    })
  })

  test('what is missing is said in one sentence', () => {
    const read = (text: string) => () => readRunningServer(text, {}, [])
    expect(read('nobody=http://localhost:1')).toThrow('not for "nobody"')
    expect(read('svix=localhost')).toThrow('"localhost" is no URL')
    expect(read('convoy=http://localhost:1')).toThrow('--peer convoy needs PEER_KEY')
  })
})

describe('--against', () => {
  test('the working tree and another checkout take turns with one receiver', async () => {
    await withRevision(ROOT, (revision) =>
      withSides({ revision, options: OPTIONS }, {}, async ({ a, b }) => {
        expect(b.receiver).toBe(a.receiver)
        expect((await leadTurn(a, LEADS)).perSecond).toBeGreaterThan(0)
        expect([await countOf(a), await countOf(b)]).toEqual([LEADS, 0])
        expect((await leadTurn(b, LEADS)).nodesCpuMs).toBeGreaterThan(0)
        expect([await countOf(a), await countOf(b)]).toEqual([LEADS, LEADS])
      }),
    )
  })

  test('what is no checkout, and what git does not know, is said in one sentence', async () => {
    const nothing = async () => {}
    await expect(withRevision(`${ROOT}docs`, nothing)).rejects.toThrow(
      'no checkout of this program',
    )
    await expect(withRevision('./nowhere', nothing)).rejects.toThrow('there is no folder')
    await expect(withRevision('no-such-branch', nothing)).rejects.toThrow('git knows no commit')
  })
})

function withBoth(use: (ours: BenchWorld, theirs: BenchWorld) => Promise<void>): Promise<void> {
  const options = { profileDir: null }
  return withWorld(options, (ours) => withWorld(options, (theirs) => use(ours, theirs)))
}

async function countOf({ api }: BenchWorld): Promise<number> {
  const { data } = (await api.get('/api/v1/deliveries?state=delivered&limit=100')) as {
    data: unknown[]
  }
  return data.length
}
