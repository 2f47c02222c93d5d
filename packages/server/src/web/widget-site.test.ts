import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Chatbot, DEFAULT_LEAD_FORM } from '../chatbot.ts'
import { StoreUnavailable } from '../errors.ts'
import { commonHeaders } from '../security-headers.ts'
import { openWidgetSite } from './widget-site.ts'

const headers = commonHeaders({ publicUrl: 'http://localhost:8080' })
const BOT = 'bot_01m2fm1cgye03v13e1wgzp7b71'
const CHATBOT: Chatbot = {
  version: 'v1',
  id: BOT,
  name: 'Shop',
  leadForm: DEFAULT_LEAD_FORM,
  allowedOrigins: [],
  createdAt: 0,
  updatedAt: 0,
}
const rest = {
  headers,
  publicUrl: 'https://chat.example',
  store: { getChatbot: async () => CHATBOT },
}
const plain = { accept: '*/*', acceptEncoding: '', ifNoneMatch: '' }

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
  const site = openWidgetSite({ ...rest, folder: null })
  const answer = await site.answer({ path: '/widget.js', ...plain })
  expect(answer?.statusCode).toBe(503)
  expect(String(answer?.body)).toContain('npm run build')
})

test('it is named as the owner named it, and nothing of that is markup', async () => {
  const name = `</title><script>alert("1")</script> & 'Söhne' 🦊`
  const page = await pageOf({
    name,
    greeting: `Hi "there" <b>\n${'x'.repeat(500)}`,
    color: '#ffee00',
  })
  const title =
    '&#60;/title&#62;&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; &#39;Söhne&#39; 🦊'
  expect(page).toContain(`<title>${title}</title>`)
  expect(page).toContain(`<meta property="og:title" content="${title}">`)
  const [, description = ''] = /name="description" content="([^"]*)"/.exec(page) ?? []
  expect(description).toMatch(/^Hi &#34;there&#34; &#60;b&#62; x+…$/)
  expect(page).toContain(`og:description" content="${description}"`)
  expect(page).toContain(`og:url" content="https://chat.example/chat/${BOT}"`)
  expect(page.match(/<script/g)).toHaveLength(1)
  // Its letter, on its color, in the ink that can be read there.
  const [, icon = ''] =
    /rel="icon" type="image\/svg\+xml" href="data:image\/svg\+xml,([^"]*)"/.exec(page) ?? []
  const picture = decodeURIComponent(icon)
  expect(picture).toContain('fill="#ffee00"')
  expect(picture).toContain('fill="#000">T<')
})

test.each([
  ['Shop', '', 'Leave your details with Shop.', '>S<'],
  ['🦊!', '  ', 'Leave your details with 🦊!.', '>•<'],
  ['東京', 'こんにちは', 'こんにちは', '>東<'],
])('%s has a description and a letter', async (name, greeting, description, letter) => {
  const page = await pageOf({ name, greeting })
  expect(page).toContain(`name="description" content="${description}"`)
  expect(decodeURIComponent(page)).toContain(letter)
})

test('of a chatbot that is gone there is no page, and while the store is away one without a name', async () => {
  const gone = setup({ getChatbot: async () => null })
  expect(await gone.answer({ path: `/chat/${BOT}`, ...plain })).toBeNull()
  const away = setup({ getChatbot: () => Promise.reject(new StoreUnavailable('away')) })
  const answer = await away.answer({ path: `/chat/${BOT}`, ...plain })
  expect(answer?.statusCode).toBe(200)
  expect(answer?.headers['cache-control']).toBe('no-store')
  expect(answer?.body).toContain('<title>Chat</title>')
})

test('a flood waits for no store', async () => {
  let asked = 0
  const { promise, resolve } = Promise.withResolvers<Chatbot | null>()
  const site = setup({
    getChatbot: () => {
      asked += 1
      return promise
    },
  })
  const pages = Array.from({ length: 100 }, () => site.answer({ path: `/chat/${BOT}`, ...plain }))
  resolve(null)
  const answers = await Promise.all(pages)
  expect(asked).toBe(16)
  expect(answers.filter((answer) => answer?.statusCode === 200)).toHaveLength(84)
})

async function pageOf({ name, ...form }: { name: string; greeting: string; color?: string }) {
  const chatbot = { ...CHATBOT, name, leadForm: { ...DEFAULT_LEAD_FORM, ...form } }
  const answer = await setup({ getChatbot: async () => chatbot }).answer({
    path: `/chat/${BOT}`,
    ...plain,
  })
  return String(answer?.body)
}

function setup({ getChatbot = async () => CHATBOT as Chatbot | null } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'chatzuri widget '))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'assets/widget.js'), 'the widget')
  return openWidgetSite({ ...rest, folder, store: { getChatbot } })
}
