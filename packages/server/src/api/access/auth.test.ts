import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { ADMIN_KEY } from '../../../test/api/client.ts'
import { describedRoutes } from '../../../test/api/documented.ts'

const routes = describedRoutes()

test('every route says who may call it', () => {
  const known = ['public', 'operator', 'signed-in']
  const held = ['chatbot-by-id', 'chatbot-by-query', 'chatbot-by-body']
  for (const { access } of routes) expect([...known, ...held]).toContain(access)
})

test('only these routes are public', () => {
  const open = routes.filter(({ access }) => access === 'public').map(({ path }) => path)
  expect(open).toEqual([
    '/api/v1/session',
    '/widget/v1/chatbots/{id}/conversations',
    '/widget/v1/chatbots/{id}/conversations',
    '/widget/v1/chatbots/{id}/leads',
    '/widget/v1/chatbots/{id}/leads',
    '/healthz',
    '/readyz',
    '/openapi.json',
    '/docs',
  ])
})

test('every other route refuses whoever has no key, or a wrong one, before it reads anything', async () => {
  const { call } = await startApiAlone()
  const guarded = routes.filter(({ access }) => access !== 'public')
  expect(guarded.length).toBeGreaterThan(30)
  for (const { method, path } of guarded) {
    const filled = path.replace('{id}', 'x')
    const missing = await call(method, filled, { key: null })
    expect([path, missing.status, missing.json.code]).toEqual([path, 401, 'missing_key'])
    expect(missing.headers.get('www-authenticate')).toBe('Bearer')
    const wrong = await call(method, filled, { key: 'wrong' })
    expect([path, wrong.status, wrong.json.code]).toEqual([path, 401, 'invalid_key'])
  }
})

test.each([
  `${ADMIN_KEY}x`,
  ADMIN_KEY.slice(0, -1),
  `x${ADMIN_KEY.slice(1)}`,
  `${ADMIN_KEY.slice(0, -1)}x`,
  ADMIN_KEY.padEnd(512, 'x') + ADMIN_KEY,
  ADMIN_KEY.toUpperCase(),
  'é'.repeat(600),
  'x'.repeat(8_000),
  `${ADMIN_KEY}${'é'.repeat(2_000)}`,
])('%.40s is not the key', async (key) => {
  const { call } = await startApiAlone()
  expect((await call('GET', '/api/v1/chatbots', { key })).json.code).toBe('invalid_key')
})

test.each(['', 'Bearer', 'Bearer ', 'Basic a2V5', ADMIN_KEY, `Bearer a b`])(
  '%j carries no key',
  async (authorization) => {
    const { call } = await startApiAlone()
    const answer = await call('GET', '/api/v1/chatbots', { key: null, headers: { authorization } })
    expect(answer.json.code).toBe('missing_key')
  },
)

test('the scheme may be spelled in any case', async () => {
  const { call } = await startApiAlone()
  const headers = { authorization: `bearer ${ADMIN_KEY}` }
  expect((await call('GET', '/api/v1/chatbots', { key: null, headers })).status).toBe(200)
})
