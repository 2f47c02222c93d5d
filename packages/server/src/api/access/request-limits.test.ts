import { expect, test, vi } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { manualClock } from '../../../test/manual-clock.ts'
import { silentLog } from '../../log.ts'
import { createRequestLimits, KEY_BURST_SECONDS, RATES } from './request-limits.ts'

async function setup({ ratePerKey = null as number | null } = {}) {
  const clock = manualClock()
  const info = vi.fn()
  const api = await startApiAlone(
    (deps) => ({
      config: { ...deps.config, ratePerKey, trustedProxies: ['127.0.0.1/32'] },
      log: { ...silentLog, info },
    }),
    clock,
  )
  const from = (address: string, key?: string) =>
    api.call('GET', '/api/v1/event-types', {
      headers: { 'x-forwarded-for': address },
      ...(key === undefined ? {} : { key }),
    })
  return { ...api, clock, info, from }
}

test('too many wrong keys from an address are told to wait, and its right one still works', async () => {
  const { from, clock, call, info } = await setup()
  for (let index = 0; index < RATES.failedKeys.burst; index += 1) {
    expect((await from('192.0.2.1', `guess-${index}`)).status).toBe(401)
  }
  const guess = await from('192.0.2.1', 'guess')
  expect([guess.status, guess.json.code, guess.headers.get('retry-after')]).toEqual([
    429,
    'rate_limited',
    '2',
  ])
  expect((await from('192.0.2.1')).status).toBe(200)
  expect((await from('192.0.2.2', 'guess')).status).toBe(401)
  expect((await call('GET', '/metrics')).text).toContain(
    'chatzuri_requests_refused_total{reason="failed_keys"} 1',
  )
  expect(JSON.stringify(info.mock.calls)).not.toMatch(/guess|192\.0/)
  clock.advance(2_000)
  expect((await from('192.0.2.1', 'guess')).status).toBe(401)
})

test('a page without a key guesses nothing, so it is never told to wait', async () => {
  const { call } = await setup()
  for (let index = 0; index < 2 * RATES.failedKeys.burst; index += 1) {
    expect((await call('GET', '/api/v1/event-types', { key: null })).status).toBe(401)
  }
})

test('whoever asks before looking at a key is told what it would be told after', () => {
  const requestRefused = vi.fn()
  const limits = createRequestLimits({
    clock: manualClock(),
    metrics: { requestRefused },
    ratePerKey: null,
  })
  const { tell, check } = limits.authFailures
  for (let index = 0; index < RATES.failedKeys.burst; index += 1) {
    check('2001:db8::1')
    tell('2001:db8::2')
  }
  expect(() => check('2001:db8::3')).toThrow(expect.objectContaining({ code: 'rate_limited' }))
  expect(() => check('2001:db8:0:1::1')).not.toThrow()
})

test('a key has its rate and its burst, at every route together', async () => {
  const { from, clock, call } = await setup({ ratePerKey: 2 })
  for (let index = 0; index < 2 * KEY_BURST_SECONDS; index += 1) {
    expect((await from(`192.0.2.${index}`)).status).toBe(200)
  }
  const over = await call('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  expect([over.status, over.headers.get('retry-after')]).toEqual([429, '1'])
  expect((await call('GET', '/healthz')).status).toBe(200)
  clock.advance(500)
  expect((await call('GET', '/api/v1/chatbots')).json.data).toEqual([])
})
