import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('what is counted is there, under names of our own', async () => {
  const metrics = createMetrics()
  metrics.eventsAccepted(3)
  metrics.attempted({ result: 'delivered', durationSeconds: 0.02 })
  metrics.attempted({ result: 'our_fault', durationSeconds: 1 })
  metrics.deliveryFinished('delivered')
  metrics.committed(0.001)
  metrics.requestAnswered({ method: 'GET', route: '/healthz', statusCode: 200 }, 0.001)
  metrics.observe({ inFlight: () => 1, lanes: () => 2, queued: () => 3, backlog: async () => 4 })
  const text = await metrics.text()
  for (const line of [
    'chatzuri_events_accepted_total 3',
    'chatzuri_attempt_duration_seconds_count{result="delivered"} 1',
    'chatzuri_attempt_duration_seconds_count{result="our_fault"} 1',
    'chatzuri_deliveries_finished_total{state="delivered"} 1',
    'chatzuri_store_commit_duration_seconds_count 1',
    'chatzuri_requests_in_flight 1',
    'chatzuri_lanes 2',
    'chatzuri_deliveries_queued 3',
    'chatzuri_backlog 4',
  ]) {
    expect(text).toContain(`${line}\n`)
  }
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
  expect(names.length).toBeGreaterThan(10)
  for (const name of names) expect(name).toMatch(/^chatzuri_/)
})

test('a figure that can not be read does not take the others with it', async () => {
  const metrics = createMetrics()
  const away = () => Promise.reject(new Error('away'))
  metrics.observe({ inFlight: () => 7, lanes: () => 0, queued: () => 0, backlog: away })
  const text = await metrics.text()
  expect(text).toContain('chatzuri_requests_in_flight 7\n')
  expect(text).toContain('chatzuri_backlog Nan\n')
})

test('two servers in one process count apart', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.eventsAccepted(1)
  expect(await other.text()).toContain('chatzuri_events_accepted_total 0\n')
})

test('a histogram counts what it saw up to each bound, and all of it', async () => {
  const metrics = createMetrics()
  for (const seconds of [0, 0.0005, 0.0006, 5, 7]) metrics.committed(seconds)
  const text = await metrics.text()
  const name = 'chatzuri_store_commit_duration_seconds'
  for (const [le, count] of [
    ['0.0005', 2],
    ['0.001', 3],
    ['1', 3],
    ['5', 4],
    ['+Inf', 5],
  ]) {
    expect(text).toContain(`${name}_bucket{le="${le}"} ${count}\n`)
  }
  expect(text).toContain(`${name}_count 5\n`)
  expect(Number(/_duration_seconds_sum (.*)/.exec(text)?.[1])).toBeCloseTo(12.0011)
})

test('a label is written so that no value ends it', async () => {
  const metrics = createMetrics()
  metrics.deliveryFinished('a"b\\\n')
  expect(await metrics.text()).toContain('{state="a\\"b\\\\\\n"} 1\n')
})
