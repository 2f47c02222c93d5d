import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemRandom } from '../random.ts'
import { commonHeaders } from '../security-headers.ts'
import type { SiteRequest } from './built-files.ts'
import { openSite } from './site.ts'
import { findSiteFolder } from './site-folder.ts'

const headers = commonHeaders({ publicUrl: 'http://localhost:8080' })
const INDEX = '<script nonce="__NONCE__" src="/assets/app-1.js"></script>'

test('every path of the app gets the page, with a nonce that its policy names and no other response has', async () => {
  const { ask } = setup()
  const nonces = new Set<string>()
  for (const path of ['/', '/webhooks', '/webhooks/wh_1', '/webhooks/']) {
    const answer = await ask(path)
    expect(answer?.statusCode).toBe(200)
    const [, nonce = ''] = /nonce="([^"]+)"/.exec(String(answer?.body)) ?? []
    expect(nonce).toMatch(/^[\w+/]{22}==$/)
    expect(answer?.headers['content-security-policy']).toContain(
      `script-src 'self' 'nonce-${nonce}'`,
    )
    expect(answer?.headers['cache-control']).toBe('no-store')
    nonces.add(nonce)
  }
  expect(nonces.size).toBe(4)
})

test('no policy allows inline styles or scripts, or another host', async () => {
  const policy = (await setup().ask('/'))?.headers['content-security-policy'] ?? ''
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
  // Images only.
  expect(policy.match(/data:/g)).toHaveLength(1)
  expect(policy).toContain("img-src 'self' data:;")
  for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) {
    expect(policy).toContain(part)
  }
})

test('assets are kept forever, in the best encoding that the browser takes', async () => {
  const { ask } = setup()
  const encodings = ['gzip, deflate, br, zstd', 'gzip', '', 'br;q=0, gzip']
  const answers = await Promise.all(
    encodings.map((acceptEncoding) => ask('/assets/app-1.js', { acceptEncoding })),
  )
  expect(answers.map((answer) => answer?.body.toString())).toEqual(['br', 'gz', 'plain', 'gz'])
  expect(answers.map((answer) => answer?.headers['content-encoding'])).toEqual([
    'br',
    'gzip',
    undefined,
    'gzip',
  ])
  for (const answer of answers) {
    expect(answer?.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
  }
  const etag = answers[0]?.headers.etag ?? ''
  const again = await ask('/assets/app-1.js', { acceptEncoding: 'br', ifNoneMatch: etag })
  expect([again?.statusCode, again?.body]).toEqual([304, ''])
})

test.each([
  '/nothing',
  '/api/v1/webhook',
  '/index.html',
  '/pages.json',
  '/assets/app-1.js.br',
  '/assets/../index.html',
  '/assets/..%2findex.html',
  '/assets/',
  '/assets/nothing.js',
  '//webhooks',
])('%s is not the site’s', async (path) => {
  const answer = await setup().ask(path)
  // Two slashes are the start page to the app, as to every other server; nothing is read from disk.
  if (path === '//webhooks') expect(answer?.headers['content-type']).toContain('html')
  else expect(answer).toBeNull()
})

test('without a build the start page says what to run', async () => {
  const site = openSite({ folder: null, random: systemRandom, headers })
  const answer = await site.answer({ path: '/', accept: '', acceptEncoding: '', ifNoneMatch: '' })
  expect(answer?.statusCode).toBe(503)
  expect(String(answer?.body)).toContain('npm run build')
  expect(
    await site.answer({ path: '/webhooks', accept: '', acceptEncoding: '', ifNoneMatch: '' }),
  ).toBeNull()
  expect(findSiteFolder(['./no-such-folder/'])).toBeNull()
})

function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'chatzuri-site-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = {
    'index.html': INDEX,
    'pages.json': '["webhooks"]',
    'assets/app-1.js': 'plain',
    'assets/app-1.js.br': 'br',
    'assets/app-1.js.gz': 'gz',
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const site = openSite({ folder, random: systemRandom, headers })
  const ask = (path: string, request: Partial<SiteRequest> = {}) =>
    site.answer({ path, accept: '', acceptEncoding: '', ifNoneMatch: '', ...request })
  return { ask }
}
