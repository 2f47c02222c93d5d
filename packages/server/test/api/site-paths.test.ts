import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { startApiAlone } from './api-alone.ts'

test('the site is asked for what no route has, and only by those who read', async () => {
  const { asked, statusOf } = await setup()
  expect(await statusOf('GET', '/webhooks/wh_1?x=1')).toBe(200)
  expect(await statusOf('HEAD', '/webhooks')).toBe(200)
  expect(await statusOf('GET', '/nothing')).toBe(404)
  expect(await statusOf('POST', '/webhooks')).toBe(404)
  expect(asked).toEqual(['/webhooks/wh_1', '/webhooks', '/nothing'])
})

test('it can take no path from the API, whatever it would answer', async () => {
  const { asked, statusOf } = await setup()
  for (const path of ['/healthz', '/docs', '/openapi.json']) {
    expect([path, await statusOf('GET', path)]).toEqual([path, 200])
  }
  expect(await statusOf('GET', '/api/v1/chatbots')).toBe(401)
  // A route that has no GET says so.
  expect(await statusOf('GET', '/api/v1/webhooks/wh_1/pause')).toBe(405)
  expect(asked).toEqual([])
})

test('what no route has is counted and logged too, without its URL', async () => {
  const { statusOf, lines, metrics } = await setup()
  await statusOf('GET', '/webhooks/wh_1?email=ann@example.com')
  await statusOf('GET', '/nothing/ann@example.com')
  await statusOf('GET', '/nothing')
  await expect.poll(() => lines.length).toBe(3)
  expect(lines.map(({ route, statusCode, code }) => [route, statusCode, code])).toEqual([
    ['(site)', 200, undefined],
    ['(site)', 200, undefined],
    ['(none)', 404, 'not_found'],
  ])
  expect(JSON.stringify(lines)).not.toContain('ann@')
  const text = await metrics.text()
  expect(text).toMatch(/request_duration_seconds_count\{[^}]*route="\(site\)"[^}]*\} 2/)
  expect(text).toMatch(/request_duration_seconds_count\{[^}]*route="\(none\)"[^}]*\} 1/)
})

async function setup() {
  const asked: string[] = []
  const answer = async ({ path }: { path: string }) => {
    asked.push(path)
    if (path === '/nothing') return null
    return { statusCode: 200, headers: { 'content-type': 'text/html' }, body: '<p>page</p>' }
  }
  const lines: Record<string, unknown>[] = []
  const metrics = createMetrics()
  const note = (line: object) => void lines.push({ ...line })
  const log = { ...silentLog, info: note, debug: note }
  const { url } = await startApiAlone(() => ({ site: { answer }, metrics, log }))
  const statusOf = async (method: string, path: string) =>
    (await fetch(url + path, { method })).status
  return { asked, statusOf, lines, metrics }
}
