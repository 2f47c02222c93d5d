import { expect, test } from 'vitest'
import { StartError } from '../../src/errors.ts'
import type { Store } from '../../src/store/store.ts'
import { type Suite, setup } from './store-world.ts'

/** The key that every store of the suite is opened with, and others. */
const FIRST = Buffer.alloc(32, 7)
const SECOND = Buffer.alloc(32, 8)
const THIRD = Buffer.alloc(32, 9)
const SECRETS = {
  url: 'https://user:pass@receiver.example/hook',
  headers: { 'x-api-key': 'value' },
  secret: 'whsec_first_0123456789abcdef',
}

async function setupKeys(suite: Suite) {
  const { world, store, chatbot } = await setup(suite)
  const ids: string[] = []
  for (let n = 0; n < 4; n++) ids.push((await world.webhook(chatbot.id, SECRETS)).id)
  const [rotated = ''] = ids
  await store.rotateSecret(rotated, { secret: 'whsec_second_0123456789', overlapMs: 60_000 })
  const readAll = () => Promise.all(ids.map((id) => store.getWebhook(id)))
  return { world, store, chatbot, ids, readAll, before: await readAll() }
}

/** How many were sealed anew by each step of a walk. */
async function walk(store: Store, limit: number): Promise<number[]> {
  const steps: number[] = []
  for (let after: string | null = ''; after !== null; ) {
    const step = await store.reseal({ after, limit })
    expect(step.unreadable).toEqual([])
    steps.push(step.resealed)
    after = step.next
  }
  return steps
}

export function describeKeys(suite: Suite): void {
  test('with one key there is nothing to seal anew', async () => {
    const { store } = await setupKeys(suite)
    expect(await walk(store, 10)).toEqual([0])
  })

  test('after a change of keys all is readable, before and after it is sealed anew in steps', async () => {
    const { world, store, chatbot, readAll, before } = await setupKeys(suite)
    await store.useKeys({ seals: SECOND, opens: [FIRST] })
    expect(await readAll()).toEqual(before)
    const young = await world.webhook(chatbot.id, SECRETS)
    // Five from before; the young one is sealed with the new key already.
    expect(await walk(store, 2)).toEqual([2, 2, 1])
    expect(await readAll()).toEqual(before)
    expect(await walk(store, 2)).toEqual([0])
    // Nothing needs the old key any more.
    await store.useKeys({ seals: SECOND, opens: [] })
    expect(await readAll()).toEqual(before)
    expect(await store.getWebhook(young.id)).toMatchObject(SECRETS)
  })

  test('what is left of deleted webhooks is sealed anew, too', async () => {
    const { store, ids } = await setupKeys(suite)
    const [first = '', second = ''] = ids
    const before = await store.glimpseWebhooks(ids)
    for (const id of [first, second]) await store.deleteWebhook(id)
    await store.useKeys({ seals: SECOND, opens: [FIRST] })
    expect(await walk(store, 2)).toEqual([2, 2, 1])
    await store.useKeys({ seals: SECOND, opens: [] })
    const after = await store.glimpseWebhooks([first, second])
    for (const id of [first, second]) {
      expect(after.get(id)).toMatchObject({ url: before.get(id)?.url, state: 'deleted' })
    }
  })

  test('a key that is still needed can not be left out, and the store goes on as it was', async () => {
    const { store, ids, readAll, before } = await setupKeys(suite)
    await expect(store.useKeys({ seals: SECOND, opens: [] })).rejects.toThrow(StartError)
    await store.useKeys({ seals: SECOND, opens: [FIRST] })
    await store.reseal({ after: '', limit: 2 })
    // This key opens some of it only.
    const partly = store.useKeys({ seals: SECOND, opens: [] })
    await expect(partly).rejects.toThrow(/secrets of 3 webhooks are still sealed with the key/)
    await expect(store.useKeys({ seals: THIRD, opens: [FIRST] })).rejects.toThrow('ENCRYPTION_KEY')
    expect(await readAll()).toEqual(before)
    const change = { secret: 'whsec_third_0123456789abc', overlapMs: 0 }
    const { secret } = change
    expect(await store.rotateSecret(ids[1] ?? '', change)).toMatchObject({ secret })
  })

  test('a webhook that is changed while it is sealed anew keeps the change', async () => {
    const { store, ids } = await setupKeys(suite)
    await store.useKeys({ seals: SECOND, opens: [FIRST] })
    const change = { url: 'https://other.example/', headers: { 'x-other': '1' } }
    await Promise.all([
      store.reseal({ after: '', limit: 50 }),
      ...ids.map((id) => store.updateWebhook(id, change)),
    ])
    await walk(store, 50)
    for (const id of ids) expect(await store.getWebhook(id)).toMatchObject(change)
    expect(await walk(store, 50)).toEqual([0])
  })

  test('a key that was retired becomes the present one again when it is asked for', async () => {
    const { store, readAll, before } = await setupKeys(suite)
    await store.useKeys({ seals: SECOND, opens: [FIRST] })
    await walk(store, 50)
    await store.useKeys({ seals: FIRST, opens: [SECOND] })
    expect(await walk(store, 50)).toEqual([5])
    await store.useKeys({ seals: FIRST, opens: [] })
    expect(await readAll()).toEqual(before)
  })

  test('the server secret is made once, and outlives every change of keys and a restart', async () => {
    const { world, store } = await setupKeys(suite)
    const { serverSecret } = store
    expect(serverSecret).toHaveLength(32)
    await store.useKeys({ seals: SECOND, opens: [FIRST] })
    await walk(store, 50)
    // Sealed anew with the second key: the first one is not needed for it.
    await store.useKeys({ seals: SECOND, opens: [] })
    await store.useKeys({ seals: FIRST, opens: [SECOND] })
    await walk(store, 50)
    await world.reopen()
    expect(world.store.serverSecret).toEqual(serverSecret)
    const other = await setup(suite)
    expect(other.store.serverSecret).not.toEqual(serverSecret)
  })
}
