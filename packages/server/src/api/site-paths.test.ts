import { expect, test } from 'vitest'
import { startApiAlone } from './test/api-alone.ts'

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

async function setup() {
  const asked: string[] = []
  const answer = async ({ path }: { path: string }) => {
    asked.push(path)
    if (path === '/nothing') return null
    return { statusCode: 200, headers: { 'content-type': 'text/html' }, body: '<p>page</p>' }
  }
  const { url } = await startApiAlone(() => ({ site: { answer } }))
  const statusOf = async (method: string, path: string) =>
    (await fetch(url + path, { method })).status
  return { asked, statusOf }
}
