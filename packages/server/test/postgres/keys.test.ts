/** A change of keys over nodes that are restarted one by one: nobody meets what it can't open. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { systemClock } from '../../src/clock.ts'
import { StartError } from '../../src/errors.ts'
import { lookInto } from '../../src/store/looking/look.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { keyIdOf } from '../../src/store/sealing/encryption.ts'
import type { Store } from '../../src/store/store.ts'
import { StoreWorld } from '../conformance/store-world.ts'

const OLD = Buffer.alloc(32, 7)
const NEW = Buffer.alloc(32, 8)
const LEASE_MS = 60_000
const postgres = usePostgres()

interface Node {
  store: Store
  world: StoreWorld
  stop(): Promise<void>
}

async function setup() {
  const databaseUrl = await postgres.createDatabase()
  const start = async (encryptionKey: Buffer, ...openingKeys: Buffer[]): Promise<Node> => {
    const options = { databaseUrl, encryptionKey, openingKeys, clock: systemClock }
    const store = await openPostgresStore(options)
    onTestFinished(() => store.close().catch(() => {}))
    const nothing = () => Promise.reject(new Error('this world stands still'))
    const parts = { store, clock: systemClock, advance: nothing, reopen: nothing, close: nothing }
    const world = new StoreWorld(parts)
    await store.joinNode(world.nodeId, LEASE_MS)
    return { store, world, stop: () => store.close() }
  }
  return { databaseUrl, start }
}

async function makeWebhook({ world }: Node, chatbotId: string): Promise<string> {
  return (await world.webhook(chatbotId, { secret: 'whsec_0123456789abcdef' })).id
}

async function walk({ store }: Node): Promise<number> {
  let resealed = 0
  for (let after: string | null = ''; after !== null; ) {
    const step = await store.reseal({ after, limit: 3 })
    resealed += step.resealed
    after = step.next
  }
  return resealed
}

test('keys change by rolling restarts, and in no moment a node meets what it can not open', async () => {
  const { databaseUrl, start } = await setup()
  let [a, b] = [await start(OLD), await start(OLD)]
  const chatbot = await a.world.chatbot()
  const ids = [await makeWebhook(a, chatbot.id)]
  /** Each node makes a webhook, and each opens all of them. */
  const useAll = async () => {
    for (const node of [a, b]) ids.push(await makeWebhook(node, chatbot.id))
    for (const node of [a, b]) {
      for (const id of ids) expect(await node.store.getWebhook(id)).not.toBeNull()
    }
    await Promise.all([walk(a), walk(b)])
  }
  const restart = async (node: Node, ...keys: [Buffer, ...Buffer[]]) => {
    await node.stop()
    return start(...keys)
  }
  await useAll()
  a = await restart(a, OLD, NEW)
  await useAll()
  b = await restart(b, OLD, NEW)
  await useAll()
  a = await restart(a, NEW, OLD)
  await useAll()
  // A restart of one that is behind does not turn the work around.
  b = await restart(b, OLD, NEW)
  expect(await walk(b)).toBe(0)
  await useAll()
  b = await restart(b, NEW, OLD)
  await useAll()
  while ((await walk(a)) + (await walk(b)) > 0);
  const look = await lookInto({ databaseUrl, dataDir: '' })
  expect(await look.keys()).toMatchObject({
    present: keyIdOf(NEW),
    counts: new Map([[keyIdOf(NEW), ids.length]]),
  })
  await look.close()
  a = await restart(a, NEW)
  await useAll()
  b = await restart(b, NEW)
  await useAll()
})

test('a step that is skipped is refused in one sentence', async () => {
  const { start } = await setup()
  const a = await start(OLD)
  await makeWebhook(a, (await a.world.chatbot()).id)
  const skipped = start(NEW, OLD)
  await expect(skipped).rejects.toBeInstanceOf(StartError)
  await expect(skipped).rejects.toThrow(/not known to a server that runs on/)
  await a.stop()
  const b = await start(OLD, NEW)
  // It would seal nothing that b can't open, but b seals what this one can't.
  await expect(start(NEW)).rejects.toThrow(
    /still sealed with the key|ENCRYPTION_KEY is not the key/,
  )
  await b.stop()
  const c = await start(NEW, OLD)
  await walk(c)
  await expect(start(OLD)).rejects.toThrow('ENCRYPTION_KEY is not the key')
})

test('a node that seals with a key that others dropped too early is refused', async () => {
  const { start } = await setup()
  const a = await start(OLD, NEW)
  const b = await start(NEW, OLD)
  await makeWebhook(b, (await b.world.chatbot()).id)
  // All is sealed with the new key, but a still seals with the old one.
  await expect(start(NEW)).rejects.toThrow(/seals with the key .*, which this one can't open/)
  await a.stop()
  await expect(start(NEW)).resolves.toBeDefined()
})

test('of a key that becomes the present one and a node that joins without it, one is refused', async () => {
  for (let round = 0; round < 8; round++) {
    const { databaseUrl, start } = await setup()
    // Opened, but not in the list of nodes yet: as between a server's two first steps.
    const options = { databaseUrl, encryptionKey: OLD, clock: systemClock }
    const late = await openPostgresStore(options)
    onTestFinished(() => late.close().catch(() => {}))
    const results = await Promise.allSettled([start(NEW, OLD), late.joinNode('node_late', 60_000)])
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(1)
    expect(refused[0]?.reason).toBeInstanceOf(StartError)
  }
})

test('a value that was damaged is named, left alone, and holds up nothing', async () => {
  const { databaseUrl, start } = await setup()
  const a = await start(OLD)
  const chatbot = await a.world.chatbot()
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push(await makeWebhook(a, chatbot.id))
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('UPDATE webhooks SET secret = $1 WHERE id = $2', ['v1.00000000.AAAA', ids[0]])
  await a.stop()
  await expect(start(NEW, OLD)).rejects.toThrow(/1 webhook are|1 webhook/)
  await client.query(`UPDATE webhooks SET secret = 'v1.${keyIdOf(OLD)}.AAAA' WHERE id = $1`, [
    ids[0],
  ])
  const b = await start(NEW, OLD)
  const steps = []
  for (let after: string | null = ''; after !== null; ) {
    const step = await b.store.reseal({ after, limit: 2 })
    steps.push(step)
    after = step.next
  }
  expect(steps.flatMap((step) => step.unreadable)).toEqual([ids[0]])
  expect(steps.reduce((sum, step) => sum + step.resealed, 0)).toBe(4)
})

test('nodes that start at once agree on one server secret', async () => {
  const { start } = await setup()
  const nodes = await Promise.all([start(OLD), start(OLD), start(OLD)])
  const secrets = nodes.map(({ store }) => store.serverSecret.toString('hex'))
  expect(new Set(secrets).size).toBe(1)
})

test('a node that still seals with a retired key gives a database without a secret one that all open', async () => {
  const { databaseUrl, start } = await setup()
  await (await start(OLD, NEW)).stop()
  await (await start(NEW, OLD)).stop()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(`DELETE FROM meta WHERE key = 'server_secret'`)
  const behind = await start(OLD, NEW)
  const secret = behind.store.serverSecret
  await behind.stop()
  expect((await start(NEW)).store.serverSecret).toEqual(secret)
})
