/** A real server whose machine's clock is set while it runs: what waits goes by the time that passes. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeDataDir } from '../support/server-process.ts'
import { ServerWorld } from '../support/server-world.ts'
import { until } from '../support/until.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let world: ServerWorld | undefined
afterEach(() => world?.close())

test('neither an hour back nor a day forward and back holds up a retry, and each jump is logged', async () => {
  const clock = join(makeDataDir(), 'clock')
  const set = (offMs: number) => {
    writeFileSync(`${clock}.next`, `${offMs}`)
    renameSync(`${clock}.next`, clock)
  }
  set(0)
  const preload = new URL('../support/set-clock.ts', import.meta.url).href
  world = await ServerWorld.open({
    settings: {
      NODE_OPTIONS: `--import ${preload}`,
      CLOCK_FILE: clock,
      RETRY_SCHEDULE: '0s,2s,2s,1h',
    },
  })
  const failing = { kind: 'answer', status: 500 } as const
  const { endpoint, lead } = await world.subscribe({
    steps: [failing, failing, { kind: 'answer', status: 200 }],
  })
  const { eventId } = await lead()
  const { api } = world
  const recorded = (attempts: number) => {
    const look = async () => {
      const { data } = await api.get<{ data: { attemptCount: number }[] }>(
        `/api/v1/deliveries?eventId=${eventId}`,
      )
      return data.some(({ attemptCount }) => attemptCount >= attempts) || null
    }
    return until(look, { what: `attempt ${attempts}` })
  }
  await recorded(1)
  set(-HOUR_MS)
  await recorded(2)
  set(DAY_MS)
  await endpoint.arrived(3)
  set(0)
  await api.deliveryIn('delivered', eventId)
  const { out } = world.server
  expect(out.filter((line) => line.includes('clock.jumped')).length).toBeGreaterThanOrEqual(1)
  expect(out.some((line) => line.includes('due.pulled_in'))).toBe(true)
})
