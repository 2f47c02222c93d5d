import { expect, test } from 'vitest'
import type { AcceptInput } from '../../src/store/road.ts'
import { type Suite, setup } from './store-world.ts'

const RECORD = { route: 'leads', key: 'k1', bodyHash: 'hash-1', answer: '{"first":true}' }
const DAY_MS = 24 * 3_600_000

async function setupKeyed(suite: Suite) {
  const { world, store, chatbot } = await setup(suite)
  const accept = (
    record: Partial<NonNullable<AcceptInput['idempotency']>>,
    chatbotId = chatbot.id,
  ) => store.accept(world.acceptInput(chatbotId, { idempotency: { ...RECORD, ...record } }))
  return { world, store, chatbot, accept }
}

export function describeIdempotency(suite: Suite): void {
  test('the same key with the same body answers as the first time and makes nothing', async () => {
    const { store, accept } = await setupKeyed(suite)
    expect(await accept({})).toMatchObject({ kind: 'accepted' })
    expect(await accept({ answer: '{"second":true}' })).toEqual({
      kind: 'replayed',
      answer: RECORD.answer,
    })
    expect(await store.listLeads({}, { limit: 10, after: null })).toHaveLength(1)
  })

  test('the same key with another body is a conflict', async () => {
    const { store, accept } = await setupKeyed(suite)
    await accept({})
    expect(await accept({ bodyHash: 'hash-2' })).toEqual({ kind: 'conflict' })
    expect(await store.backlog()).toBe(1)
  })

  test('a key counts for its chatbot and its route only', async () => {
    const { world, accept } = await setupKeyed(suite)
    await accept({})
    const other = await world.chatbot()
    expect(await accept({ route: 'events' })).toMatchObject({ kind: 'accepted' })
    expect(await accept({ key: 'k2' })).toMatchObject({ kind: 'accepted' })
    expect(await accept({}, other.id)).toMatchObject({ kind: 'accepted' })
  })

  test('of many calls with one key at the same moment exactly one is accepted', async () => {
    const { store, accept } = await setupKeyed(suite)
    const results = await Promise.all(Array.from({ length: 40 }, () => accept({})))
    expect(results.filter((result) => result.kind === 'accepted')).toHaveLength(1)
    expect(results.filter((result) => result.kind === 'replayed')).toHaveLength(39)
    expect(await store.backlog()).toBe(1)
  })

  test('a repeat is answered even when the backlog is full', async () => {
    const { world, store, chatbot, accept } = await setupKeyed(suite)
    await accept({})
    const repeat = world.acceptInput(chatbot.id, { idempotency: RECORD, backlogMax: 1 })
    expect(await store.accept(repeat)).toMatchObject({ kind: 'replayed' })
  })

  test('what was refused leaves its key free', async () => {
    const { world, store, chatbot, accept } = await setupKeyed(suite)
    const refused = world.acceptInput(chatbot.id, { idempotency: RECORD, backlogMax: 0 })
    expect(await store.accept(refused)).toEqual({ kind: 'backlog_full' })
    expect(await accept({})).toMatchObject({ kind: 'accepted' })
  })

  test('a repeat after its lead was erased is told so', async () => {
    const { world, store, chatbot, accept } = await setupKeyed(suite)
    const event = world.leadEvent()
    await world.accept(chatbot.id, { events: [event], idempotency: RECORD })
    await store.eraseLead(event.lead?.id ?? '', 'request')
    expect(await accept({})).toEqual({ kind: 'erased' })
    // The hash went with the lead: it would tell whoever guesses the person that they guessed right.
    expect(await accept({ bodyHash: 'hash-2' })).toEqual({ kind: 'erased' })
  })

  test('a key is remembered across a restart', async () => {
    const { world, chatbot, accept } = await setupKeyed(suite)
    await accept({})
    await world.reopen()
    const repeat = world.acceptInput(chatbot.id, { idempotency: RECORD })
    expect(await world.store.accept(repeat)).toMatchObject({ kind: 'replayed' })
  })

  if (!suite.movesTime) return

  test('a key is remembered for 24 hours', async () => {
    const { world, accept } = await setupKeyed(suite)
    await accept({})
    await world.advance(DAY_MS - 1)
    expect(await accept({})).toMatchObject({ kind: 'replayed' })
    await world.advance(1)
    expect(await accept({ bodyHash: 'hash-2' })).toMatchObject({ kind: 'accepted' })
    expect(await accept({ bodyHash: 'hash-2' })).toMatchObject({ kind: 'replayed' })
  })

  test('erasing an old lead leaves a later record under the same key alone', async () => {
    const { world, store, chatbot, accept } = await setupKeyed(suite)
    const event = world.leadEvent()
    await world.accept(chatbot.id, { events: [event], idempotency: RECORD })
    await world.advance(DAY_MS)
    await accept({})
    await store.eraseLead(event.lead?.id ?? '', 'request')
    expect(await accept({})).toMatchObject({ kind: 'replayed' })
  })
}
