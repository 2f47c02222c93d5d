/**
 * `npm run screenshots -- --all FOLDER`: every page in every look and every state, for somebody to look
 * at one by one. Nothing of it is kept; what it is filled with is what breaks a layout: the longest
 * names, other directions of writing, nothing at all, and very much.
 */
import { mkdirSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchBrowser } from '../../test/support/browser.ts'
import { makeDataDir, ServerProcess } from '../../test/support/server-process.ts'
import { type DemoData, fillDemo } from './demo-data.ts'
import { startDemoEndpoints } from './demo-endpoints.ts'
import { drawPast } from './demo-past.ts'
import { fillHard, type HardData } from './hard-data.ts'

const SETTINGS = { RETRY_SCHEDULE: '0s,1s,1s,30m,2h,5h,10h' }
const WIDE = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 740 }
const LOOKS = ['light', 'dark', 'phone-light', 'phone-dark'] as const
const STATES = ['filled', 'empty', 'error', 'loading'] as const
const SETTLED_MS = 400

type Look = (typeof LOOKS)[number]
type State = (typeof STATES)[number]
type Ids = DemoData & HardData

interface View {
  name: string
  path(ids: Ids): string
  /** Default: all. */
  states?: readonly State[]
  before?(page: Page): Promise<unknown>
}

const press = (name: string) => (page: Page) => page.getByRole('button', { name }).first().click()
const filled = ['filled'] as const
const VIEWS: readonly View[] = [
  { name: 'overview', path: () => '/' },
  { name: 'webhooks', path: () => '/webhooks' },
  { name: 'webhooks-create', path: () => '/webhooks?create', states: filled },
  { name: 'webhook', path: ({ failingWebhookId }) => `/webhooks/${failingWebhookId}` },
  { name: 'webhook-hard', path: ({ hardWebhookId: id }) => `/webhooks/${id}`, states: filled },
  {
    name: 'webhook-edit',
    path: ({ hardWebhookId: id }) => `/webhooks/${id}`,
    states: filled,
    before: press('Edit'),
  },
  {
    name: 'webhook-listened',
    path: ({ listenedWebhookId: id }) => `/webhooks/${id}`,
    states: filled,
  },
  {
    name: 'webhook-listened-edit',
    path: ({ listenedWebhookId: id }) => `/webhooks/${id}`,
    states: filled,
    before: press('Edit'),
  },
  {
    name: 'deliveries-listened',
    path: ({ listenedWebhookId: id }) => `/deliveries?webhookId=${id}`,
    states: filled,
  },
  { name: 'deliveries', path: () => '/deliveries' },
  { name: 'deliveries-nothing', path: () => '/deliveries?q=nobody', states: filled },
  { name: 'delivery', path: ({ failedDeliveryId: id }) => `/deliveries/${id}` },
  { name: 'delivery-hard', path: ({ hardDeliveryId: id }) => `/deliveries/${id}`, states: filled },
  {
    name: 'delivery-listened',
    path: ({ listenedDeliveryId: id }) => `/deliveries/${id}`,
    states: filled,
  },
  { name: 'event', path: ({ hardEventId }) => `/events/${hardEventId}` },
  { name: 'leads', path: () => '/leads' },
  { name: 'lead', path: ({ hardLeadId }) => `/leads/${hardLeadId}` },
  {
    name: 'lead-erase',
    path: ({ hardLeadId }) => `/leads/${hardLeadId}`,
    states: filled,
    before: press('Erase…'),
  },
  { name: 'chatbots', path: () => '/chatbots' },
  { name: 'chatbot', path: ({ chatbotId }) => `/chatbots/${chatbotId}` },
  { name: 'chatbot-hard', path: ({ hardChatbotId: id }) => `/chatbots/${id}`, states: filled },
  { name: 'event-types', path: () => '/event-types' },
  { name: 'event-types-publish', path: () => '/event-types?publish', states: filled },
  { name: 'api-keys', path: () => '/api-keys' },
  { name: 'api-keys-create', path: () => '/api-keys?create', states: filled },
  { name: 'audit-log', path: () => '/audit-log' },
  { name: 'settings', path: () => '/settings' },
  { name: 'not-found', path: () => '/webhooks/no/such/page', states: filled },
  { name: 'docs', path: () => '/docs', states: filled },
  { name: 'chat', path: ({ chatbotId }) => `/chat/${chatbotId}`, states: filled, before: openChat },
  {
    name: 'chat-hard',
    path: ({ hardChatbotId }) => `/chat/${hardChatbotId}`,
    states: filled,
    before: openChat,
  },
  {
    name: 'chat-rtl',
    path: ({ chatbotId }) => `/chat/${chatbotId}`,
    states: filled,
    before: openChatFromTheRight,
  },
  { name: 'menu', path: () => '/', states: filled, before: openMenu },
]

/** `only`: beginnings of names; none: all. */
export async function takeGallery(folder: string, only: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const endpoints = await startDemoEndpoints()
  const options = { dataDir: makeDataDir(), settings: SETTINGS }
  const filling = await ServerProcess.start(options)
  const ids = await fillDemo(filling, endpoints)
    .then(async (demo) => ({ ...demo, ...(await fillHard(filling, endpoints)) }))
    .finally(() => filling.stop())
  drawPast(options.dataDir)
  const server = await ServerProcess.start(options)
  const empty = await ServerProcess.start({ dataDir: makeDataDir() })
  const browser = await launchBrowser()
  try {
    for (const state of STATES) {
      const of = state === 'empty' ? empty : server
      for (const look of LOOKS) {
        const context = await openContext(browser, of, look)
        for (const view of VIEWS) {
          const isAsked = only.length === 0 || only.some((name) => view.name.startsWith(name))
          if (!isAsked || view.states?.includes(state) === false) continue
          const file = `${folder}/${view.name}.${state}.${look}.png`
          await take(context, { view, state, ids, file })
        }
        await context.close()
      }
    }
  } finally {
    await browser.close()
    await server.stop()
    await empty.stop()
    await endpoints.close()
  }
}

async function openContext(
  browser: Browser,
  { url, adminKey: key }: ServerProcess,
  look: Look,
): Promise<BrowserContext> {
  const isPhone = look.startsWith('phone')
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: look.endsWith('dark') ? 'dark' : 'light',
    viewport: isPhone ? PHONE : WIDE,
    ...(isPhone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  })
  await context.request.post('/api/v1/session', { data: { key } })
  return context
}

interface Scene {
  view: View
  state: State
  ids: Ids
  file: string
}

async function take(context: BrowserContext, { view, state, ids, file }: Scene): Promise<void> {
  const page = await context.newPage()
  const data = /\/(api\/v1\/(?!session|stream|chatbots\?)|openapi|readyz)/
  if (state === 'error') await page.route(data, (route) => route.fulfill(FAILURE))
  if (state === 'loading') await page.route(data, () => {})
  try {
    await page.goto(view.path(ids))
    await page.locator('h1, input').first().waitFor()
    if (state === 'filled' || state === 'empty') {
      await page.locator('main .animate-shimmer').first().waitFor({ state: 'detached' })
    }
    await view.before?.(page)
    // An error is told after the second try.
    if (state === 'error') await page.waitForTimeout(4_000)
    await page.waitForTimeout(SETTLED_MS)
    await page.screenshot({ path: file, fullPage: true, animations: 'disabled' })
    console.log(file)
  } catch (error) {
    console.log(`${file}: ${String(error)}`)
  } finally {
    await page.close()
  }
}

const FAILURE = {
  status: 500,
  contentType: 'application/json',
  body: JSON.stringify({
    statusCode: 500,
    code: 'internal_error',
    error: 'Internal Server Error',
    message: 'Something went wrong here. It is in the log as 4f1c2a.',
  }),
}

async function openMenu(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Open the menu' })
  if (await button.isVisible()) await button.click()
  await page.getByRole('button', { name: /Operator/ }).click()
}

function openChat(page: Page): Promise<unknown> {
  return page.locator('input').first().waitFor()
}

/** As on a page in Arabic: the widget takes its direction from there. */
async function openChatFromTheRight(page: Page): Promise<void> {
  await page.route('**/chat/*', async (route) => {
    const answer = await route.fetch()
    const body = (await answer.text()).replace('<html lang="en"', '<html lang="ar" dir="rtl"')
    await route.fulfill({ response: answer, body })
  })
  await page.reload()
  await openChat(page)
}
