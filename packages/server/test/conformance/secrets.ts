import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

const HOUR_MS = 3_600_000

export function describeSecrets(suite: Suite): void {
  test('a rotated secret is kept as the previous one for the overlap', async () => {
    const { store, webhook } = await setup(suite)
    const rotation = { secret: 'whsec_second', overlapMs: HOUR_MS }
    const rotated = await store.rotateSecret(webhook.id, rotation)
    expect(rotated).toMatchObject({ secret: 'whsec_second', previousSecret: webhook.secret })
    expect(rotated).toMatchObject({ overlapEndsAt: expect.any(Number) })
    expect(await store.getWebhook(webhook.id)).toEqual(rotated)
    expect(await store.rotateSecret('wh_none', rotation)).toBeNull()
  })

  test('a second rotation during an overlap is refused and changes nothing', async () => {
    const { store, webhook } = await setup(suite)
    await store.rotateSecret(webhook.id, { secret: 'whsec_second', overlapMs: HOUR_MS })
    const third = { secret: 'whsec_third', overlapMs: HOUR_MS }
    expect(await store.rotateSecret(webhook.id, third)).toBe('overlap_running')
    expect(await store.getWebhook(webhook.id)).toMatchObject({ secret: 'whsec_second' })
  })

  test('a finished rotation leaves the new secret alone', async () => {
    const { store, webhook } = await setup(suite)
    await store.rotateSecret(webhook.id, { secret: 'whsec_second', overlapMs: HOUR_MS })
    const finished = await store.finishRotation(webhook.id)
    expect(finished).toMatchObject({ secret: 'whsec_second', previousSecret: null })
    expect(finished).toMatchObject({ overlapEndsAt: null })
    const third = { secret: 'whsec_third', overlapMs: 0 }
    expect(await store.rotateSecret(webhook.id, third)).toMatchObject({ secret: 'whsec_third' })
    expect(await store.finishRotation('wh_none')).toBeNull()
  })

  test('a rotation without an overlap keeps no previous secret', async () => {
    const { store, webhook } = await setup(suite)
    const rotated = await store.rotateSecret(webhook.id, { secret: 'whsec_second', overlapMs: 0 })
    expect(rotated).toMatchObject({ previousSecret: null, overlapEndsAt: null })
  })

  test('of two rotations at the same moment one wins, the other meets its overlap', async () => {
    const { store, webhook } = await setup(suite)
    const results = await Promise.all(
      ['whsec_a', 'whsec_b'].map((secret) =>
        store.rotateSecret(webhook.id, { secret, overlapMs: HOUR_MS }),
      ),
    )
    expect(results.filter((result) => result === 'overlap_running')).toHaveLength(1)
    const kept = await store.getWebhook(webhook.id)
    expect(kept?.previousSecret).toBe(webhook.secret)
    expect(['whsec_a', 'whsec_b']).toContain(kept?.secret)
  })

  if (!suite.movesTime) return

  test('after its overlap a secret can be rotated again', async () => {
    const { world, store, webhook } = await setup(suite)
    await store.rotateSecret(webhook.id, { secret: 'whsec_second', overlapMs: HOUR_MS })
    await world.advance(HOUR_MS + 1)
    const third = { secret: 'whsec_third', overlapMs: HOUR_MS }
    expect(await store.rotateSecret(webhook.id, third)).toMatchObject({
      secret: 'whsec_third',
      previousSecret: 'whsec_second',
    })
  })
}
