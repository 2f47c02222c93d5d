/** Stopping in good order, and in none. */
import { afterEach, expect, test } from 'vitest'
import type { Step } from '../support/receiver-protocol.ts'
import { ServerWorld } from '../support/server-world.ts'
import { until, within } from '../support/until.ts'

const OK: Step = { kind: 'answer', status: 200 }
const HANG: Step = { kind: 'hang' }

let world: ServerWorld | undefined
afterEach(() => world?.close())

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s lets an open attempt end and be recorded; nothing is repeated after the restart',
  async (signal) => {
    const { world, endpoint, lead } = await setup(HANG, OK)
    const { eventId } = await lead()
    await endpoint.arrived(1)

    world.server.signal(signal)
    await saysStopping(world)
    await expect(fetch(`${world.server.url}/healthz`)).rejects.toThrow()
    await endpoint.release()
    expect(await within(5_000, world.server.ended, 'stopping')).toEqual({ code: 0, signal: null })

    await world.restart()
    const delivery = await world.api.deliveryIn('delivered', eventId)
    expect(delivery.attempts).toMatchObject([{ number: 1, status: 200 }])
    // A later event overtakes nothing: had the first been sent again, it would be here by now.
    await world.api.deliveryIn('delivered', (await lead()).eventId)
    expect(endpoint.received).toHaveLength(2)
  },
)

test('a second SIGTERM cuts what is open; it is sent again, with the same id and the same bytes', async () => {
  const { world, endpoint, lead } = await setup(HANG, OK)
  const { eventId } = await lead()
  await endpoint.arrived(1)

  world.server.signal('SIGTERM')
  await saysStopping(world)
  world.server.signal('SIGTERM')
  expect(await within(5_000, world.server.ended, 'stopping')).toEqual({ code: 0, signal: null })

  await world.restart()
  const delivery = await world.api.deliveryIn('delivered', eventId, { withinMs: 20_000 })
  // If the cut was recorded, then as a fault of ours, which costs no attempt.
  expect(delivery.attempts.at(-1)).toMatchObject({ status: 200 })
  const [first, second] = await endpoint.arrived(2)
  expect(second?.body).toEqual(first?.body)
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
})

test('what was queued behind an open attempt is given back, and sent after the restart', async () => {
  const { world, endpoint, lead } = await setup(HANG, OK)
  const leads = [await lead()]
  await endpoint.arrived(1)
  for (let count = 0; count < 30; count++) leads.push(await lead())

  world.server.signal('SIGTERM')
  await saysStopping(world)
  await endpoint.release()
  expect(await within(5_000, world.server.ended, 'stopping')).toEqual({ code: 0, signal: null })
  const sentBefore = endpoint.received.length

  await world.restart()
  for (const { eventId } of leads) await world.api.deliveryIn('delivered', eventId)
  expect(sentBefore).toBeLessThan(leads.length)
  const ids = endpoint.received.map(({ headers }) => headers['webhook-id'])
  expect(ids.toSorted()).toEqual(leads.map(({ eventId }) => eventId).toSorted())
})

test('an attempt that a kill interrupted is made again, with the same id and the same bytes', async () => {
  const { world, endpoint, lead } = await setup(HANG, OK)
  const { eventId } = await lead()
  await endpoint.arrived(1)
  await world.server.kill()

  await world.restart()
  const delivery = await world.api.deliveryIn('delivered', eventId)
  expect(delivery.attempts).toMatchObject([{ number: 1, status: 200 }])
  const [first, second] = await endpoint.arrived(2)
  expect(second?.body).toEqual(first?.body)
  expect(second?.headers['webhook-id']).toBe(eventId)
})

test('a retry that was due while the server was down comes right after the start', async () => {
  const { world, endpoint, lead } = await setup({ kind: 'answer', status: 500 }, OK)
  const { eventId } = await lead()
  await world.api.deliveryAfter(1, eventId)
  await world.server.stop()

  await world.restart()
  await world.api.deliveryIn('delivered', eventId)
  expect(endpoint.received).toHaveLength(2)
})

async function setup(...steps: Step[]) {
  const opened = await ServerWorld.open({ settings: { RETRY_SCHEDULE: '0s,1s,1s' } })
  world = opened
  const subscription = await opened.subscribe({ steps, fields: { maxInFlight: 1 } })
  return { world: opened, ...subscription }
}

function saysStopping({ server }: ServerWorld) {
  const look = () => server.out.find((line) => line.includes('server.stopping')) ?? null
  return until(look, { what: 'the server to say that it stops' })
}
