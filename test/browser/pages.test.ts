/** What holds for every page, in both themes and on a phone. */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Dashboard, type Look } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

/** Bytes over the wire, without the API's answers. */
const FIRST_LOAD_BYTES_MAX = 200_000

/** A new page is a line here; a word in braces is an id of what `fill` made. */
const PAGES = [
  '/',
  '/?span=hour',
  '/webhooks',
  '/webhooks?create',
  '/webhooks/{webhook}',
  '/webhooks/no/such/page',
  '/deliveries',
  '/deliveries?webhookId={webhook}&from=2026-01-01T00:00:00.000Z',
  '/deliveries?q=nobody',
  '/deliveries/{pending}',
  '/deliveries/{delivered}',
  '/deliveries/{parked}',
  '/events/{event}',
  '/leads',
  '/leads?q=nobody',
  '/leads/{lead}',
  '/chatbots',
  '/chatbots?create',
  '/chatbots/{chatbot}',
  '/event-types',
  '/event-types?publish',
  '/api-keys',
  '/api-keys?create',
  '/audit-log',
  '/audit-log?action=lead.erased',
  '/settings',
]

const { world, browser } = await openDesk()
let ids: Record<string, string>
beforeAll(async () => {
  ids = await fill()
})

describe.each(['light', 'phone'] as const)('%s', (look) => {
  // A wide page is looked at once more in the dark, without being loaded again for it.
  const themes = look === 'phone' ? (['light'] as const) : (['light', 'dark'] as const)

  async function expectFaultless(dashboard: Dashboard, path: string): Promise<void> {
    for (const theme of themes) {
      if (themes.length > 1) await dashboard.turn(theme)
      const place = `${path}, ${theme}`
      expect([place, await dashboard.accessibilityFaults()]).toEqual([place, []])
      expect([place, await dashboard.overflow()]).toEqual([place, 0])
    }
  }

  test('nothing is wrong with the sign-in page', async () => {
    const dashboard = await open(look)
    await dashboard.goto('/sign-in')
    await expectFaultless(dashboard, '/sign-in')
    expect(dashboard.complaints).toEqual([])
  })

  test('axe finds nothing, nothing is wider than the screen, nobody complains', {
    timeout: 180_000,
  }, async () => {
    const dashboard = await open(look)
    await dashboard.signIn()
    for (const path of PAGES) {
      await dashboard.goto(path.replace(/\{(\w+)\}/, (_, name) => ids[name] ?? ''))
      await expectFaultless(dashboard, path)
    }
    expect(dashboard.complaints).toEqual([])
  })
})

test('the first load stays small', async () => {
  const dashboard = await open('light')
  const { page } = dashboard
  await dashboard.signIn()
  const sizes = new Map<string, number>()
  page.on('response', (response) => {
    if (response.url().includes('/api/')) return
    sizes.set(response.url(), Number(response.headers()['content-length']))
  })
  // As whoever comes for the first time: nothing is in the cache.
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Network.enable')
  await devTools.send('Network.setCacheDisabled', { cacheDisabled: true })
  await dashboard.goto('/')
  await page.locator('canvas').first().waitFor()
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size)
  expect(bytes).toBeGreaterThan(100_000)
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX)
})

test('the keyboard reaches the content first, then everything, and comes back out of a dialog', async () => {
  const dashboard = await open('light')
  const { page } = dashboard
  await dashboard.signIn('/webhooks')
  await dashboard.goto('/webhooks')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe('Create a webhook')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await focused(page)).toBe('Create a webhook')
  await page.getByRole('link', { name: 'Overview' }).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  await expect.poll(() => focused(page)).toBe('Overview')
})

test('the chosen theme stays, and shows before anything is loaded', async () => {
  const dashboard = await open('light')
  const { page } = dashboard
  await dashboard.signIn('/')
  const ground = () =>
    page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
  const light = await ground()
  await page.getByRole('button', { name: /Operator/ }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  const dark = await ground()
  expect(dark).not.toBe(light)
  await page.route('**/assets/*.js', (route) => route.abort())
  await page.reload()
  expect(await ground()).toBe(dark)
})

function focused(page: Dashboard['page']): Promise<string> {
  return page.evaluate<string>('document.activeElement?.textContent ?? ""')
}

/** Something of everything: delivered, failing, paused. */
async function fill() {
  const failing = await world.subscribe({
    steps: [{ kind: 'answer', status: 500 }],
    path: `/with/a/path/that/is/longer/than/any/phone/is/wide?${'a'.repeat(80)}=1`,
    fields: { eventTypes: ['lead.submit', 'order.created', 'order.paid'] },
  })
  const { lead } = await world.subscribe({ fields: { description: 'CRM' } })
  const paused = await world.subscribe()
  await world.api.post(`/api/v1/webhooks/${paused.webhook.id}/pause`)
  const failed = await failing.lead()
  const delivered = await lead()
  const parked = await paused.lead()
  await world.api.post('/api/v1/api-keys', { name: 'Shop', chatbotId: failing.chatbotId })
  return {
    chatbot: failing.chatbotId,
    webhook: failing.webhook.id,
    event: failed.eventId,
    lead: failed.leadId,
    pending: (await world.api.deliveryAfter(1, failed.eventId)).id,
    delivered: (await world.api.deliveryIn('delivered', delivered.eventId)).id,
    parked: (await world.api.deliveryIn('parked', parked.eventId)).id,
  }
}

async function open(look: Look) {
  const dashboard = await Dashboard.open(browser, world.server, look)
  onTestFinished(() => dashboard.close())
  return dashboard
}
