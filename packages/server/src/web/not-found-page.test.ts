import { expect, test } from 'vitest'
import { startApiAlone } from '../../test/api/api-alone.ts'
import { commonHeaders } from '../security-headers.ts'
import { openNotFoundSite } from './not-found-page.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const BOT = 'bot_01m2fm1cgye03v13e1wgzp7b71'

async function setup() {
  const site = openNotFoundSite(commonHeaders({ publicUrl: 'http://localhost:8080' }))
  const { url } = await startApiAlone(() => ({ site }))
  return async (path: string, accept: string | null = BROWSER, method = 'GET') => {
    const response = await fetch(url + path, { method, headers: accept === null ? {} : { accept } })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
}

test.each([
  '/nothing',
  '/chat',
  `/chat/${BOT}`,
  '/chat/bot_1',
  '/docs/x',
  '/apis',
  '/widgets',
  '/a.php',
])('people who look for %s get a page that says so', async (path) => {
  const ask = await setup()
  const { status, headers, text } = await ask(path)
  expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  expect(text).toContain(path.startsWith('/chat') ? 'This chat is not here' : 'no such page')
  expect(text).not.toMatch(/<script|\sstyle=|\son\w+=/)
  const policy = headers.get('content-security-policy')
  expect(policy).toMatch(/default-src 'none'.*style-src 'sha256-/)
  expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['no-store', 'accept'])
  const head = await ask(path, BROWSER, 'HEAD')
  expect([head.status, head.headers.get('content-type'), head.text]).toEqual([
    404,
    'text/html; charset=utf-8',
    '',
  ])
})

test.each([
  '/api',
  '/api/',
  '/api/v1/nothing',
  '/API/v1/nothing',
  '/widget',
  '/widget/v1/x',
  '//api/v1/x',
])('what programs ask for (%s) is answered in JSON, whoever asks', async (path) => {
  const ask = await setup()
  for (const accept of [BROWSER, 'text/html', null]) {
    const { status, headers, text } = await ask(path, accept)
    expect([status, headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8'])
    expect(JSON.parse(text)).toMatchObject({ statusCode: 404, code: 'not_found' })
  }
})

test.each([[null], ['*/*'], ['application/json'], ['text/html;q=0, */*'], ['text/htmlx'], ['']])(
  'who takes %s gets JSON',
  async (accept) => {
    const ask = await setup()
    const { status, text } = await ask('/nothing', accept)
    expect([status, JSON.parse(text).code]).toEqual([404, 'not_found'])
  },
)

test('what changes something is a program’s', async () => {
  const ask = await setup()
  const { status, text } = await ask('/nothing', BROWSER, 'POST')
  expect([status, JSON.parse(text).code]).toEqual([404, 'not_found'])
})

test('a route that is there and takes another method says so', async () => {
  const ask = await setup()
  const { status, text } = await ask('/healthz', BROWSER, 'DELETE')
  expect([status, JSON.parse(text).code]).toEqual([405, 'method_not_allowed'])
})
