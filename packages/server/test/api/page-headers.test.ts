import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemRandom } from '../../src/random.ts'
import { commonHeaders, createNonce, pageHeaders } from '../../src/security-headers.ts'
import { startApiAlone } from './api-alone.ts'
import { describedRoutes } from './documented.ts'

async function answersOfAllGetRoutes(publicUrl = 'http://localhost:8080') {
  const { url, call } = await startApiAlone(({ config }) => ({ config: { ...config, publicUrl } }))
  const bot = (await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })).json
  const paths = describedRoutes()
    .filter(({ method, endless }) => method === 'GET' && !endless)
    .map(({ path }) => path)
  const answers = []
  for (const path of [...paths, '/api/v1/leads.csv', '/nowhere', '/docs/x']) {
    const { status, headers, text } = await call('GET', path.replace('{id}', bot.id))
    answers.push({ path, status, headers, text })
  }
  const stream = await fetch(`${url}/api/v1/stream`)
  answers.push({ path: 'stream', status: 401, headers: stream.headers, text: '' })
  return answers
}

test('every GET route, and what is none, answers with the headers that keep browsers careful', async () => {
  const answers = await answersOfAllGetRoutes()
  expect(answers.length).toBeGreaterThan(20)
  for (const { path, headers } of answers) {
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(headers.get('referrer-policy'), path).toBe('no-referrer')
    expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin')
    // What holds nobody's data may be kept, but is asked about (made-page.ts).
    const kept = path === '/docs' || path === '/openapi.json'
    expect(headers.get('cache-control'), path).toBe(kept ? 'no-cache' : 'no-store')
    expect(headers.get('x-request-id'), path).toMatch(/^req_/)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy, path).toContain("default-src 'none'")
    expect(policy, path).toContain("frame-ancestors 'none'")
    expect(policy, path).not.toMatch(/unsafe|\*/)
    expect(headers.get('strict-transport-security'), path).toBeNull()
    expect(headers.get('access-control-allow-origin'), path).toBeNull()
    expect(headers.get('x-powered-by') ?? headers.get('server'), path).toBeNull()
  }
})

test('every page has a policy that allows just what is on it', async () => {
  const pages = (await answersOfAllGetRoutes()).filter(({ headers }) =>
    headers.get('content-type')?.startsWith('text/html'),
  )
  expect(pages.map(({ path }) => path)).toEqual(['/docs'])
  for (const { path, headers, text } of pages) {
    const policy = headers.get('content-security-policy') ?? ''
    for (const [, kind = '', inline = ''] of text.matchAll(/<(style|script)>([\s\S]*?)<\/\1>/g)) {
      const hash = createHash('sha256').update(inline).digest('base64')
      expect(policy, path).toMatch(new RegExp(`${kind}-src [^;]*'sha256-${escaped(hash)}'`))
    }
    expect(text, path).not.toMatch(/\s(style|on[a-z]+)="/)
    expect(policy, path).toContain("base-uri 'none'; form-action 'none'")
    expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin')
    expect(headers.get('permissions-policy'), path).toContain('camera=(), microphone=()')
  }
})

function escaped(text: string): string {
  return text.replace(/[+/]/g, '\\$&')
}

test('behind https, browsers are told to stay there, by every answer', async () => {
  for (const { path, headers } of await answersOfAllGetRoutes('https://hooks.example')) {
    expect(headers.get('strict-transport-security'), path).toBe('max-age=31536000')
  }
  expect(commonHeaders({ publicUrl: '' })).not.toHaveProperty('strict-transport-security')
})

test('a page with a nonce allows that nonce, our own files, and nobody else', () => {
  const nonce = createNonce(systemRandom)
  const headers = pageHeaders({ nonce, ownFiles: true, frameAncestors: ['https://shop.example'] })
  expect(headers['content-security-policy']).toBe(
    [
      "default-src 'none'",
      `script-src 'self' 'nonce-${nonce}'`,
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      'frame-ancestors https://shop.example',
    ].join('; '),
  )
  expect(Buffer.from(nonce, 'base64').length).toBe(16)
  expect(createNonce(systemRandom)).not.toBe(nonce)
})
