import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { describedRoutes } from '../../../test/api/documented.ts'
import { ERROR_CODES } from '../shapes/error-codes.ts'
import { html, prose } from './markup.ts'

async function setup() {
  const { call } = await startApiAlone()
  const { text, headers, status } = await call('GET', '/docs', { key: null })
  return { call, page: text, headers, status }
}

test('the reference is one page without a script, under a policy that allows none', async () => {
  const { page, headers, status } = await setup()
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page).not.toMatch(
    /<script|\son\w+=|style="|src="|https?:\/\/(?!localhost:8080|shop\.example|cdn)[^"]*\.(js|css)/,
  )
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(policy).toContain(`style-src 'sha256-${hash}'`)
})

test('every route, every error code and every object has its place', async () => {
  const { page } = await setup()
  for (const { path, operationId, summary } of describedRoutes()) {
    expect(page).toContain(`<span class="path">${path}</span>`)
    expect(page).toContain(`id="${operationId}"`)
    expect(page).toContain(html`${summary}`.markup)
  }
  for (const code of Object.keys(ERROR_CODES)) expect(page).toContain(`<code>${code}</code>`)
})

test('every link on the page leads to something on it', async () => {
  const { page } = await setup()
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
  expect(targets.length).toBeGreaterThan(60)
  for (const target of targets) expect(ids).toContain(target)
})

test('tags are closed in the order in which they were opened', async () => {
  const { page } = await setup()
  const open: string[] = []
  for (const [, slash, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (['meta', 'link', 'br'].includes(name)) continue
    if (slash === '') open.push(name)
    else expect(open.pop()).toBe(name)
  }
  expect(open).toEqual([])
})

test('it has one main heading, a language, a title and a way past the contents', async () => {
  const { page } = await setup()
  expect(page.match(/<h1/g)?.length).toBe(1)
  expect(page).toMatch(/<html lang="en">/)
  expect(page).toMatch(/<title>[^<]+<\/title>/)
  expect(page).toContain('<a class="skip" href="#content">')
  expect(page).toContain('<main id="content">')
})

test('its commands are what a shell takes them for', async () => {
  const { page } = await setup()
  const commands = [...page.matchAll(/<code>(curl [^<]*)<\/code>/g)].map(([, text]) =>
    unescaped(text),
  )
  const routes = describedRoutes()
  expect(commands.length).toBeGreaterThanOrEqual(routes.length)
  const seen = commands.map((command) => shellArguments(command ?? ''))
  for (const { method, path, body } of routes) {
    const url = `http://localhost:8080${path}`.split('{id}')
    const sent = seen.find(
      (words) =>
        words.some(
          (word) =>
            word.startsWith(url[0] ?? '') &&
            (word.split('?')[0] ?? '').endsWith(url[1] ?? '') &&
            !word.includes('$') &&
            word.split('/').length === path.split('/').length + 2,
        ) && (words.includes('-X') ? words[words.indexOf('-X') + 1] : 'GET') === method,
    )
    expect(sent, `${method} ${path}`).toBeDefined()
    if (!body || !sent) continue
    expect(JSON.parse(sent[sent.indexOf('-d') + 1] ?? '')).toEqual(body.example)
  }
})

/** What a POSIX shell makes of a command, one argument a line; `curl` only repeats them. */
function shellArguments(command: string): string[] {
  const script = `curl() { printf '%s\\n' "$@"; }\n${command.split('\n\n')[0]}`
  return execFileSync('sh', ['-c', script], { env: { KEY: 'k', BOT: 'b' } })
    .toString()
    .split('\n')
}

function unescaped(text: string | undefined): string {
  const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return (text ?? '').replace(/&(amp|lt|gt|quot|#39);/g, (_entity, name) => characters[name] ?? '')
}

test('it says how often a delivery is tried', async () => {
  const { page } = await setup()
  expect(page).toContain('up to 2 attempts within 30 seconds')
})

test('what is put into a template is text, unless it is markup', () => {
  expect(html`<p title="${`"'&`}">${'<b>'}${html`<i>${'x'}</i>`}${7}</p>`.markup).toBe(
    '<p title="&quot;&#39;&amp;">&lt;b&gt;<i>x</i>7</p>',
  )
  expect(prose('a `<b>` & c').markup).toBe('a <code>&lt;b&gt;</code> &amp; c')
})
