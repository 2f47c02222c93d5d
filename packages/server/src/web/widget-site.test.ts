import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commonHeaders } from '../security-headers.ts'
import { openWidgetSite } from './widget-site.ts'

const headers = commonHeaders({ publicUrl: 'http://localhost:8080' })
const BOT = 'bot_01m2fm1cgye03v13e1wgzp7b71'
const plain = { acceptEncoding: '', ifNoneMatch: '' }

test('any page may load the script, and asks for it again soon', async () => {
  const answer = await setup().answer({ path: '/widget.js', ...plain })
  expect(answer?.body.toString()).toBe('the widget')
  expect(answer?.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': '*',
    'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
  })
  const etag = answer?.headers.etag ?? ''
  const again = await setup().answer({ ...plain, path: '/widget.js', ifNoneMatch: etag })
  expect(again?.statusCode).toBe(304)
})

test('a chatbot’s page holds the script and nothing inline', async () => {
  const answer = await setup().answer({ path: `/chat/${BOT}`, ...plain })
  expect(answer?.body).toContain(`src="/widget.js" data-chatbot-id="${BOT}" data-mode="page"`)
  expect(answer?.headers['content-security-policy']).toContain("script-src 'self';")
  expect(answer?.headers['content-security-policy']).not.toContain('unsafe')
})

test('what is no chatbot’s id is nobody’s page', async () => {
  const site = setup()
  for (const path of ['/chat', '/chat/', '/chat/bot_1', `/chat/${BOT}/more`, '/chat/"><script>']) {
    expect(await site.answer({ path, ...plain }), path).toBeNull()
  }
})

test('without a build it says what to run', async () => {
  const site = openWidgetSite({ folder: null, headers })
  const answer = await site.answer({ path: '/widget.js', ...plain })
  expect(answer?.statusCode).toBe(503)
  expect(String(answer?.body)).toContain('npm run build')
})

function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'chatzuri widget '))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'assets/widget.js'), 'the widget')
  return openWidgetSite({ folder, headers })
}
