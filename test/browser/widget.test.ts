/** The widget in pages that are not ours: strict ones, hostile ones, and such that lose the network. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { DEFAULT_LEAD_FORM } from '../../packages/server/src/chatbot.ts'
import { tidyContact } from '../../packages/server/src/text/typed-text.ts'
import { openDesk } from '../support/desk.ts'
import { EMAILS, PHONES } from '../support/typed-vectors.ts'
import { type ForeignPage, openForeignPage, type PageOptions } from './foreign-page.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SCRIPT = fileURLToPath(
  new URL('../../packages/widget/dist/assets/widget.js', import.meta.url),
)
const COMPRESSED_BYTES_MAX = 12_000
/** The least that the server takes for filling in a form. */
const FILL_MS = 2_100

const HOSTILE = `* { color: red !important; font: 40px cursive !important; display: block !important;
  position: static !important; opacity: .3 !important; margin: 40px !important }
  input, button { width: 9px !important; visibility: hidden !important }
  chatzuri-widget { display: none !important; transform: scale(.1) !important }`

const { world, browser } = await openDesk()
let foreign: ForeignPage
beforeAll(async () => {
  foreign = await openForeignPage(world.server.url)
})
afterAll(async () => {
  await foreign?.close()
})

test('it is small', () => {
  expect(gzipSync(readFileSync(SCRIPT), { level: 9 }).length).toBeLessThan(COMPRESSED_BYTES_MAX)
})

test('a visitor of a strict page leaves a lead, which reaches the owner', async () => {
  const { page, complaints, requests, endpoint } = await setup()
  await page.getByRole('button', { name: 'Open chat' }).waitFor()
  // Nobody is counted who only looks at the page.
  expect(requests).toEqual(['GET /widget.js'])
  await open(page)
  await fill(page)
  await send(page)
  await page.getByText('Thank you!').waitFor()
  const [received] = await endpoint.arrived(1)
  expect(JSON.parse(received?.body.toString() ?? '').payload).toMatchObject({
    customerName: 'Ann Example',
    customerEmail: 'ann@example.com',
    customerPhone: '+254700000000',
  })
  expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0)
  expect(await page.context().cookies()).toEqual([])
  expect(complaints).toEqual([])
})

test('a hostile page’s CSS changes nothing of it', async () => {
  const looks = await Promise.all(
    [{}, { css: HOSTILE }].map(async (options) => {
      const { page } = await setup(options)
      await open(page)
      return page.evaluate<string[]>(LOOK)
    }),
  )
  expect(looks[0]?.length).toBeGreaterThan(20)
  expect(looks[1]).toEqual(looks[0])
})

test('by keyboard alone: opened, filled in, sent, closed, and back where one was', async () => {
  const { page } = await setup()
  await page.getByRole('button', { name: 'Open chat' }).press('Enter')
  await page.getByLabel('Name').waitFor()
  await expect.poll(() => focused(page)).toBe('customerName')
  await page.keyboard.type('Ann Example')
  await page.keyboard.press('Tab')
  await page.keyboard.type('ann@example.com')
  await page.waitForTimeout(FILL_MS)
  await page.keyboard.press('Enter')
  await page.getByText('Thank you!').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await focused(page)).toBe('Open chat')
})

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test('axe finds nothing, closed, open and with faults shown', async () => {
    const { page } = await setup({}, { colorScheme })
    await page.getByRole('button', { name: 'Open chat' }).waitFor()
    expect(await faults(page)).toEqual([])
    await open(page)
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Name is needed').waitFor()
    expect(await faults(page)).toEqual([])
  })
})

test('what is wrong is said at its field, once the visitor has left it', async () => {
  const { page } = await setup()
  await open(page)
  const email = page.getByLabel('Email')
  await email.fill('ann@')
  await page.getByText('This does not look like an email address').waitFor({ state: 'detached' })
  await email.blur()
  await page.getByText('This does not look like an email address').waitFor()
  await email.fill('ann@example.com')
  await page.getByText('This does not look like an email address').waitFor({ state: 'detached' })
})

test('it takes and refuses what the server does: the same list', async () => {
  const { page } = await setup()
  await open(page)
  for (const [field, vectors] of [
    ['customerEmail', EMAILS],
    ['customerPhone', PHONES],
  ] as const) {
    const values = vectors.map(({ typed }) => typed)
    const entered = await page.evaluate<(string | null)[]>(
      `(${typeEach})(${JSON.stringify([field, values])})`,
    )
    for (const [at, { typed, taken }] of vectors.entries()) {
      const value = entered[at] ?? null
      expect([typed, value === null ? null : tidyContact(value)]).toEqual([typed, taken])
    }
  }
})

test('what is typed arrives as it was typed, without what nobody sees around it', async () => {
  const { page, leads } = await setup()
  await open(page)
  await page.getByLabel('Name').fill(' \u{1f3f3}\ufe0f\u200d\u{1f308} Zoë ')
  // By the keyboard: what a browser makes of an address it makes only of what is typed.
  await page.getByLabel('Email').focus()
  await page.keyboard.insertText('\u202azoë..x@Fußball-exämple.de\u202c\u200b')
  await page.getByLabel('Phone').fill(' ٠٧٠٠٠٠٠٠٠٠\ufeff')
  await send(page)
  await page.getByText('Thank you!').waitFor()
  expect(await leads()).toMatchObject([
    {
      customerName: '\u{1f3f3}\ufe0f\u200d\u{1f308} Zoë',
      customerEmail: 'zoë..x@Fußball-exämple.de',
      customerPhone: '٠٧٠٠٠٠٠٠٠٠',
    },
  ])
})

test('what is odd is asked about, and may be sent; what is too long is told, not cut', async () => {
  const { page, leads } = await setup()
  await open(page)
  await fill(page)
  await page.getByLabel('Email').fill('ann@localhost')
  await page.getByLabel('Phone').fill(`${'1'.repeat(64)}2`)
  await page.getByText('Is this the whole address?').waitFor()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('This is longer than 64 characters').waitFor()
  await page.getByLabel('Phone').fill('ask for Bob')
  await page.getByText('Is this a phone number?').waitFor()
  expect(await faults(page)).toEqual([])
  await send(page)
  await page.getByText('Thank you!').waitFor()
  expect(await leads()).toMatchObject([
    { customerEmail: 'ann@localhost', customerPhone: 'ask for Bob' },
  ])
})

test('what only the server knows to be wrong is told in the form’s words, not by names of fields', async () => {
  const { page, chatbotId } = await setup()
  const field = (name: string, label: string, required: boolean) => ({ name, label, required })
  const leadForm = (required: boolean) => ({
    fields: [
      field('customerName', 'الاسم', false),
      field('customerEmail', 'البريد', true),
      field('customerPhone', 'Telefon', required),
    ],
    greeting: '',
    thanks: 'Thank you!',
  })
  const change = (required: boolean) =>
    world.api.send('PATCH', `/api/v1/chatbots/${chatbotId}`, {
      body: { leadForm: leadForm(required) },
    })
  await change(false)
  await open(page, 'البريد')
  await page.getByLabel('البريد').fill('ann@example.com')
  // While the visitor fills it in, the owner wants to know more.
  await change(true)
  await send(page)
  await page.getByText('Telefon\u2069 is required by this form').waitFor()
  const shown = await page.evaluate<string>(
    "document.querySelector('chatzuri-widget').shadowRoot.textContent",
  )
  expect(shown).not.toMatch(/customer(Name|Email|Phone)/)
  expect(await focused(page)).toBe('customerPhone')
})

test('what a visitor agreed to is kept with the lead: the text, the time, the page and no more of it', async () => {
  const { page, leads, setForm } = await setup()
  await setForm({ consent: 'You may store my details.' })
  await open(page)
  await fill(page)
  await page.evaluate("history.replaceState(null, '', '?email=ann@example.com#top')")
  await send(page)
  await page.getByText('Please agree to go on').waitFor()
  expect(await leads()).toEqual([])
  await page.getByLabel('You may store my details.').check()
  const before = Date.now()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Thank you!').waitFor()
  const { origin, pathname } = new URL(page.url())
  const [lead] = await leads()
  expect(lead).toMatchObject({
    consent: { given: true, text: 'You may store my details.', page: origin + pathname },
  })
  const at = Date.parse(lead?.consent?.at ?? '')
  expect(Math.abs(at - before)).toBeLessThan(10_000)
})

test('where agreeing is a choice the form says so, and a no is kept', async () => {
  const { page, leads, setForm } = await setup()
  await setForm({ consent: 'Send me news.', consentRequired: false })
  await open(page)
  await page.getByLabel('Send me news. (optional)').waitFor()
  expect(await faults(page)).toEqual([])
  await fill(page)
  await send(page)
  await page.getByText('Thank you!').waitFor()
  expect(await leads()).toMatchObject([{ consent: { given: false, text: 'Send me news.' } }])
})

test('a text that changes while a visitor types is shown before it is agreed to, and nothing typed is lost', async () => {
  const { page, leads, setForm } = await setup()
  await setForm({ consent: 'You may store my details.' })
  await open(page)
  await fill(page)
  await page.getByLabel('You may store my details.').check()
  await setForm({ consent: 'You may also sell them.' })
  await send(page)
  await page.getByText('What you are asked to agree to has changed.').waitFor()
  const box = page.getByLabel('You may also sell them.')
  expect(await box.isChecked()).toBe(false)
  const hasFocus = () =>
    box.evaluate<boolean, { matches(of: string): boolean }>((it) => it.matches(':focus'))
  expect(await hasFocus()).toBe(true)
  expect(await page.getByLabel('Name').inputValue()).toBe('Ann Example')
  expect(await faults(page)).toEqual([])
  expect(await leads()).toEqual([])
  await send(page)
  await page.getByText('Please agree to go on').waitFor()
  await box.check()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Thank you!').waitFor()
  expect(await leads()).toMatchObject([
    { customerPhone: '+254700000000', consent: { given: true, text: 'You may also sell them.' } },
  ])
})

test('a token that grew too old is no way round the text that the form has by now', async () => {
  const { page, leads, setForm } = await setup()
  await setForm({ consent: 'You may store my details.' })
  await open(page)
  await fill(page)
  await page.getByLabel('You may store my details.').check()
  await setForm({ consent: 'You may also sell them.' })
  const refusal = { code: 'invalid_token', message: '' }
  await page.route('**/leads', (route) => route.fulfill({ status: 403, json: refusal }), {
    times: 1,
  })
  await send(page)
  await page.getByText('What you are asked to agree to has changed.').waitFor()
  expect(await page.getByLabel('You may also sell them.').isChecked()).toBe(false)
  expect(await leads()).toEqual([])
})

test('on a page from right to left it is in the other corner', async () => {
  const { page } = await setup({ direction: 'rtl' })
  const box = await page.getByRole('button', { name: 'Open chat' }).boundingBox()
  expect(box?.x).toBeLessThan(100)
  await open(page)
  const panel = await page.getByRole('dialog').boundingBox()
  expect(panel?.x).toBeLessThan(100)
  // A word of another direction stands at the side of its field where the page begins, too.
  const label = "document.querySelector('chatzuri-widget').shadowRoot.querySelector('label')"
  expect(await page.evaluate(`getComputedStyle(${label}).textAlign`)).toBe('right')
})

test('on a phone it fills the screen and nothing is wider', async () => {
  const { page } = await setup({}, { viewport: { width: 360, height: 640 }, isMobile: true })
  await open(page)
  const panel = await page.getByRole('dialog').boundingBox()
  expect(panel).toMatchObject({ x: 0, y: 0, width: 360 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
})

test('what is sent offline is kept, and arrives once when the network is back', async () => {
  const { page, endpoint, leads } = await setup()
  await open(page)
  await fill(page)
  await page.context().setOffline(true)
  await send(page)
  await page.getByText('You seem to be offline').waitFor()
  expect(await page.getByLabel('Name').inputValue()).toBe('Ann Example')
  await page.context().setOffline(false)
  await page.getByText('Thank you!').waitFor()
  await endpoint.arrived(1)
  expect(await leads()).toHaveLength(1)
})

test('what is kept when the page is closed is sent from the next one, once', async () => {
  const { page, leads } = await setup()
  await open(page)
  await fill(page)
  // The lead arrives, its answer doesn't: the next page can't know, and sends it again.
  await page.route('**/leads', async (route) => {
    await route.fetch()
    await route.abort()
  })
  await send(page)
  await page.getByText('You seem to be offline').waitFor()
  await page.unrouteAll()
  const sent = page.waitForResponse((response) => response.url().endsWith('/leads'))
  await page.reload()
  expect((await sent).status()).toBe(202)
  await expect.poll(() => page.evaluate('localStorage.length')).toBe(0)
  expect(await leads()).toHaveLength(1)
})

test('a server that fails at any step is told, and nothing that was typed is lost', async () => {
  const { page, leads } = await setup()
  await page.route('**/conversations', (route) => route.fulfill({ status: 500, body: '{}' }))
  await page.getByRole('button', { name: 'Open chat' }).click()
  await page.getByText('The chat could not be reached.').waitFor()
  await page.unrouteAll()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByLabel('Name').waitFor()
  await fill(page)
  const refusals = [
    { status: 400, code: 'invalid_input', details: [{ path: 'customerEmail', message: 'No.' }] },
    { status: 403, code: 'invalid_token' },
    { status: 413, code: 'body_too_large' },
  ]
  const told = ['No.', 'Please send it once more.', 'It could not be sent.']
  for (const [index, { status, ...body }] of refusals.entries()) {
    await page.route('**/leads', (route) =>
      route.fulfill({
        status,
        body: JSON.stringify(body),
        headers: { 'access-control-allow-origin': '*' },
      }),
    )
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText(told[index] ?? '').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('Ann Example')
    await page.unrouteAll()
  }
  await send(page)
  await page.getByText('Thank you!').waitFor()
  expect(await leads()).toHaveLength(1)
})

test('the hosted page is the same, under a policy of its own', async () => {
  const { page, complaints, chatbotId, endpoint } = await setup()
  const address = `${world.server.url}/chat/${chatbotId}`
  const html = await (await fetch(address)).text()
  expect(html).toContain('<title>Shop assistant</title>')
  expect(html).toMatch(/<meta property="og:description" content="[^"]+">/)
  await page.goto(address)
  await page.getByLabel('Name').waitFor()
  expect(await page.locator('.logo').innerText()).toBe('S')
  await expect.poll(() => page.title()).toBe('Shop assistant')
  expect(await faults(page)).toEqual([])
  await fill(page)
  await send(page)
  await page.getByText('Thank you!').waitFor()
  await endpoint.arrived(1)
  expect(complaints).toEqual([])
})

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test('a chat that is gone, and what never was, are pages that say so', async () => {
    const { page, complaints, chatbotId } = await setup({}, { colorScheme })
    const { url } = world.server
    await world.api.send('DELETE', `/api/v1/chatbots/${chatbotId}`)
    for (const path of [`/chat/${chatbotId}`, '/chat/x', '/nowhere']) {
      const answer = await page.goto(url + path)
      expect(answer?.status(), path).toBe(404)
      const name = path === '/nowhere' ? 'There is no such page' : 'This chat is not here any more'
      await page.getByRole('heading', { name }).waitFor()
      expect(await faults(page)).toEqual([])
    }
    // The browser's own line about the status.
    expect(complaints.filter((line) => !line.includes('404'))).toEqual([])
  })
})

async function setup(options: Partial<PageOptions> = {}, context: BrowserContextOptions = {}) {
  const { chatbotId, endpoint, webhook } = await world.subscribe()
  const body = { name: 'Shop assistant', allowedOrigins: [foreign.origin] }
  await world.api.send('PATCH', `/api/v1/chatbots/${chatbotId}`, { body })
  const opened = await browser.newContext({ reducedMotion: 'reduce', ...context })
  onTestFinished(() => opened.close())
  const page = await opened.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    // A form that was filled in faster than a person could is asked to wait.
    const isWait = message.text().includes('429')
    if (['error', 'warning'].includes(message.type()) && !isWait) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.origin === world.server.url) requests.push(`${request.method()} ${url.pathname}`)
  })
  if (options.before) await page.addInitScript(options.before)
  await page.goto(foreign.url({ chatbotId, ...options }))
  const leads = async () =>
    (await world.api.get<{ data: LeftLead[] }>(`/api/v1/leads?chatbotId=${chatbotId}`)).data
  const setForm = (leadForm: object) =>
    world.api.send('PATCH', `/api/v1/chatbots/${chatbotId}`, {
      body: { leadForm: { ...DEFAULT_LEAD_FORM, ...leadForm } },
    })
  return { page, complaints, requests, chatbotId, endpoint, webhook, leads, setForm }
}

interface LeftLead {
  consent: { at: string } | null
}

async function open(page: Page, label = 'Name') {
  await page.getByRole('button', { name: 'Open chat' }).click()
  await page.getByLabel(label).waitFor()
}

async function fill(page: Page) {
  await page.getByLabel('Name').fill('Ann Example')
  await page.getByLabel('Email').fill('ann@example.com')
  await page.getByLabel('Phone').fill('+254700000000')
}

/** No sooner than a person could. */
async function send(page: Page) {
  await page.waitForTimeout(FILL_MS)
  await page.getByRole('button', { name: 'Send' }).click()
}

async function faults(page: Page): Promise<string[]> {
  // Not through the page: its policy takes no script but the widget's.
  const client = await page.context().newCDPSession(page)
  const { result } = await client.send('Runtime.evaluate', {
    expression: `${AXE}; axe.run().then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')))`,
    awaitPromise: true,
    returnByValue: true,
  })
  return result.value
}

/** Of the element that has the focus, in the widget if it is there: its name, or what it says. */
function focused(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const outer = document.activeElement
    const inner = outer?.shadowRoot?.activeElement ?? outer
    return inner?.getAttribute('name') ?? inner?.getAttribute('aria-label') ?? inner?.textContent ?? ''
  })()`)
}

/**
 * Types one text after the other into a field and leaves it: what is in it, or null where it refuses.
 * By the editor's command, since a value that a script sets is spared what a browser does to typing.
 */
const typeEach = `([name, texts]) => {
  const root = document.querySelector('chatzuri-widget').shadowRoot
  const input = root.querySelector('input[name=' + name + ']')
  return texts.map((text) => {
    input.focus()
    input.select()
    document.execCommand('insertText', false, text)
    input.blur()
    return input.getAttribute('aria-invalid') === 'true' ? null : input.value
  })
}`

/** How each of its elements is drawn, and where. */
const LOOK = `(() => {
  const root = document.querySelector('chatzuri-widget').shadowRoot
  return [...root.querySelectorAll('*')].map((each) => {
    const { x, y, width, height } = each.getBoundingClientRect()
    const { color, font, opacity, visibility, display, direction } = getComputedStyle(each)
    return [each.localName, x, y, width, height, color, font, opacity, visibility, display, direction].join(' ')
  })
})()`

test('an owner’s own fields are asked for, and the page hands over more, before and after it is loaded', async () => {
  const fields = [
    { name: 'customerEmail', label: 'Email', required: true },
    { name: 'size', label: 'Size', type: 'choice', options: ['Small', 'Large'], required: true },
    { name: 'seats', label: 'Seats', type: 'number' },
    { name: 'when', label: 'When', type: 'date' },
    { name: 'note', label: 'Note', type: 'message' },
    { name: 'news', label: 'Send me news', type: 'checkbox', required: true },
    { name: 'team', label: 'Team', type: 'text' },
  ]
  const { page, complaints, endpoint, webhook, chatbotId, setForm } = await setup({
    query: '?utm_source=news&session=secret#top',
    tag: 'data-plan="pro" data-1st="x" data-nscript="lazyOnload" data-cfasync="false"',
    // As a page writes it that may be ahead of the widget.
    before: `window.Chatzuri ??= function () { (Chatzuri.q ??= []).push(arguments) }
      Chatzuri('set', { early: true, plan: 'basic' })`,
  })
  await setForm({ fields })
  await world.api.patch(`/api/v1/webhooks/${webhook.id}`, { include: ['custom', 'context'] })
  await open(page, 'Email')
  await page.evaluate(
    `Chatzuri('set', { seatsLeft: 3, plan: 'max', bad: { a: 1 }, size: 'Forged', team: 'Blue' })`,
  )
  // Larger than any lead may be, each or together; and a number that is no JSON to be relied on.
  await page.evaluate(`Chatzuri('set', { long: 'x'.repeat(60_000), id: 12345678901234567890 })
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) Chatzuri('set', { [name]: 'x'.repeat(4_000) })`)
  await page.getByLabel('Email').fill('ann@example.com')
  await send(page)
  await page.getByText('Size is needed').waitFor()
  expect(await page.evaluate('document.activeElement.shadowRoot.activeElement.name')).toBe('size')
  await page.getByLabel('Size').selectOption('Large')
  await page.getByLabel('Seats').fill('12')
  await page.getByLabel('When').fill('2026-12-24')
  await page.getByLabel('Note').fill('First line\nsecond <b>line</b>')
  await page.getByLabel('Send me news').check()
  expect(await faults(page)).toEqual([])
  await page.getByLabel('Note').fill('x'.repeat(4_097))
  await send(page)
  await page.getByText('longer than 4096').waitFor()
  await page.getByLabel('Note').fill('First line\nsecond <b>line</b>')
  await send(page)
  await page.getByText('Thank you!').waitFor()
  const [received] = await endpoint.arrived(1)
  const { payload } = JSON.parse(received?.body.toString() ?? '')
  const { a1, a2, a3, a4, ...others } = payload.custom
  for (const each of [a1, a2, a3, a4]) expect(each.length).toBe(4_000)
  expect(JSON.stringify(others)).toBe(
    JSON.stringify({
      size: 'Large',
      seats: 12,
      when: '2026-12-24',
      note: 'First line\nsecond <b>line</b>',
      news: true,
      // Not answered: what the page says stands.
      team: 'Blue',
      plan: 'max',
      early: true,
      seatsLeft: 3,
    }),
  )
  expect(payload.context).toMatchObject({
    page: new URL('.', page.url()).href,
    title: 'A shop',
    utm: { source: 'news' },
    language: 'en-US',
  })
  expect(JSON.stringify(payload)).not.toContain('secret')
  const { data } = await world.api.get<{ data: { custom: object }[] }>(
    `/api/v1/leads?chatbotId=${chatbotId}`,
  )
  expect(data[0]?.custom).toEqual(payload.custom)
  // Told to who wrote the page, and nobody's lead is lost.
  expect(complaints.map((each) => /"(\w+)"/.exec(each)?.[1])).toEqual([
    '1st',
    'bad',
    'long',
    'id',
    'a5',
  ])
})
