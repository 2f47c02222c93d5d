import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { manualClock } from '../../../test/manual-clock.ts'
import { StoreUnavailable } from '../../errors.ts'

test('a server that starts or stops is alive, but not ready', async () => {
  const { call } = await startApiAlone(() => ({ isReady: () => false }))
  expect((await call('GET', '/healthz', { key: null })).json).toEqual({ status: 'ok' })
  const { status, json } = await call('GET', '/readyz', { key: null })
  expect([status, json.code]).toEqual([503, 'not_ready'])
})

test('a store that can not commit makes it not ready', async () => {
  const ping = () => Promise.reject(new StoreUnavailable('full'))
  const { call } = await startApiAlone(({ store }) => ({ store: { ...store, ping } }))
  expect((await call('GET', '/readyz', { key: null })).status).toBe(503)
})

test('a store that hangs makes it not ready, in bounded time', async () => {
  const clock = manualClock()
  const asked = Promise.withResolvers<void>()
  const ping = () => {
    asked.resolve()
    return new Promise<void>(() => {})
  }
  const { call } = await startApiAlone(({ store }) => ({ store: { ...store, ping } }), clock)
  const answer = call('GET', '/readyz', { key: null })
  await asked.promise
  clock.advance(2_000)
  expect((await answer).status).toBe(503)
})

test('a store that answers leaves no timer behind', async () => {
  const clock = manualClock()
  const { call } = await startApiAlone(undefined, clock)
  expect((await call('GET', '/readyz', { key: null })).json).toEqual({ status: 'ok' })
  expect(clock.armed()).toEqual([])
})

test('metrics need the key, and count requests by their route', async () => {
  const { call } = await startApiAlone()
  await call('GET', '/api/v1/leads/lead_1')
  const { text, headers } = await call('GET', '/metrics')
  expect(headers.get('content-type')).toMatch(/^text\/plain/)
  expect(text).toContain(
    'chatzuri_http_request_duration_seconds_count{method="GET",route="/api/v1/leads/{id}",status="404"} 1',
  )
  expect((await call('GET', '/metrics', { key: null })).status).toBe(401)
})
