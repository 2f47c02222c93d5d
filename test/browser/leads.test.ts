/** Leads: found, followed to whoever got them, exported, erased. */
import { text } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'
import { ANN } from '../support/server-world.ts'

const { world, browser } = await openDesk()

// First: nothing was made yet.
test('without a lead or a delivery, each page says what to do first', async () => {
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  const { page } = dashboard
  await dashboard.signIn('/leads')
  await page.getByText('No lead yet').waitFor()
  const how = page.getByRole('link', { name: 'Hand one in by the API' })
  expect(await how.getAttribute('href')).toBe('/docs')
  await page.getByRole('link', { name: 'Deliveries' }).click()
  await page.getByText('No delivery yet').waitFor()
  await page.getByRole('link', { name: 'Create a webhook' }).click()
  await page.getByText('Create a chatbot first').waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('a lead appears by itself, is found by its email, and says who got it and who did not', async () => {
  const { dashboard, page, subscription } = await setup()
  const { chatbotId, endpoint, lead } = subscription
  const other = (path: string, eventTypes: string[]) =>
    world.api.createWebhook(chatbotId, { url: endpoint.url + path, eventTypes })
  const paused = await other('/paused', ['lead.submit'])
  await world.api.post(`/api/v1/webhooks/${paused.id}/pause`)
  await other('/orders', ['order.created'])
  await lead()
  await dashboard.signIn(`/leads?chatbotId=${chatbotId}`)
  await rows(page).first().waitFor()
  await lead({ customerName: 'Bob', customerEmail: 'bob@example.com', customerPhone: '' })
  // What became of it comes by itself, too, and one can answer at once.
  const bob = rows(page).filter({ has: page.getByRole('link', { name: 'Bob' }) })
  await bob.getByText('1 of 2 delivered').waitFor()
  const write = bob.getByRole('link', { name: 'Write an email' })
  expect(await write.getAttribute('href')).toBe('mailto:bob@example.com')
  const call = rows(page).getByRole('link', { name: 'Call' })
  expect(await call.getAttribute('href')).toBe(`tel:${ANN.customerPhone}`)
  await other('/later', ['lead.submit'])

  await page.getByLabel('Search').fill('bob@example.com')
  await expect.poll(() => rows(page).count()).toBe(1)
  await page.getByRole('link', { name: 'Bob' }).click()
  await page.getByRole('heading', { level: 1, name: 'Bob' }).waitFor()
  expect(await page.getByText('not given').count()).toBe(1)
  const line = (path: string) =>
    page
      .getByRole('list', { name: 'Webhooks and whether they got the lead' })
      .getByRole('listitem')
      .filter({ has: page.getByRole('link', { name: endpoint.url + path, exact: true }) })
  await line('').filter({ hasText: 'Delivered' }).waitFor()
  await line('/paused').filter({ hasText: 'The webhook is paused' }).waitFor()
  await line('/orders').filter({ hasText: 'It does not subscribe to lead.submit' }).waitFor()
  await line('/later').filter({ hasText: 'It was created after this lead' }).waitFor()
  await line('/later')
    .getByRole('button', { name: /^Send it now/ })
    .click()
  await line('/later').filter({ hasText: 'Delivered' }).waitFor()
  await line('').getByRole('link').click()
  await page.getByText(/^Delivered: the endpoint answered 200/).waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('leads that came before a webhook are counted, and sent to it while one may leave', async () => {
  const { dashboard, page, subscription } = await setup()
  const { chatbotId, endpoint, lead } = subscription
  const sent = [await lead(), await lead({ customerName: 'Bob' })]
  const url = `${endpoint.url}/later`
  const later = await world.api.createWebhook(chatbotId, { url, eventTypes: ['leads.submit'] })
  await dashboard.signIn(`/webhooks/${later.id}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Send earlier leads…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send earlier leads' })
  await dialog.getByText('2 earlier events will be sent to this webhook.').waitFor()
  await dialog.getByLabel('Since').selectOption('The first that is kept')
  await dialog.getByLabel('Since').selectOption('A time of your own')
  await dialog.getByText('Choose the time.').waitFor()
  expect(await dialog.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
  await dialog.getByLabel('Since').selectOption('7 days ago')
  await dialog.getByRole('button', { name: 'Send 2 earlier events' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('2 earlier events were sent.').waitFor()
  const got = () =>
    world.api.get<{ data: { eventId: string }[] }>(
      `/api/v1/deliveries?webhookId=${later.id}&state=delivered`,
    )
  await expect.poll(async () => (await got()).data.length).toBe(2)
  const ids = (await got()).data.map(({ eventId }) => eventId)
  expect(ids.sort()).toEqual(sent.map(({ eventId }) => eventId).sort())
  await dashboard.goto(`/webhooks/${later.id}?earlier`)
  await dialog.getByText('Nothing: the webhook got all that came since then.').waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('the export is what the filter finds, and one that is refused saves nothing and says so', async () => {
  const { dashboard, page, subscription } = await setup()
  await subscription.lead({ ...ANN, customerName: 'Found, "quoted"' })
  await subscription.lead({ ...ANN, customerName: 'Other' })
  await dashboard.signIn(`/leads?chatbotId=${subscription.chatbotId}&q=Found`)
  await expect.poll(() => rows(page).count()).toBe(1)
  const downloads: string[] = []
  page.on('download', (download) => downloads.push(download.suggestedFilename()))
  await page.route('**/leads?*limit=1', (route) => route.abort('connectionreset'), { times: 1 })
  const exportIt = page.getByRole('button', { name: 'Export as CSV' })
  await exportIt.click()
  await page.getByText('The export failed and nothing was saved.').waitFor()
  expect(downloads).toEqual([])

  // The file itself goes past the page: its script never holds it.
  const [download] = await Promise.all([page.waitForEvent('download'), exportIt.click()])
  expect(download.suggestedFilename()).toMatch(/^leads-\d{4}-\d\d-\d\d\.csv$/)
  const lines = (await text(await download.createReadStream())).trim().split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('"Found, ""quoted""",ann@example.com')
})

test('whoever erases a person is told what goes and what stays; afterwards the page says so', async () => {
  const { dashboard, page, subscription } = await setup()
  const { leadId, eventId } = await subscription.lead({ ...ANN, customerName: 'Forget me' })
  const { id } = await world.api.deliveryIn('delivered', eventId)
  await dashboard.signIn(`/leads/${leadId}`)
  await page.getByRole('button', { name: 'Erase…' }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText('what 1 endpoint got: ask the receivers to erase it too').waitFor()
  await page.route(`**/leads/${leadId}`, (route) => route.abort(), { times: 1 })
  await dialog.getByRole('button', { name: 'Erase the person' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'could not be reached' }).waitFor()
  await dialog.getByRole('button', { name: 'Erase the person' }).click()
  await page.getByRole('heading', { name: 'This lead was erased' }).waitFor()
  await page.getByRole('link', { name: 'See its event and deliveries' }).click()
  await page.getByText('The lead was erased, and the payload with it.').waitFor()

  // Whoever comes later by an old link learns the same.
  await page.goto(`/leads/${leadId}`)
  await page.getByRole('heading', { name: 'This lead was erased' }).waitFor()
  await page.goto(`/deliveries/${id}`)
  await page.getByText('The lead was erased, and with it what was sent.').waitFor()
  expect(await page.getByRole('button', { name: 'Resend' }).count()).toBe(0)
  expect(await page.getByText('Forget me').count()).toBe(0)
  await page.goto('/leads/lead_01m2fm1ck8efpbc1sjm4cznf7y')
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
})

test('when the server fails, the list, the lead and who got it each say so', async () => {
  const { dashboard, page, subscription } = await setup()
  const { leadId, eventId } = await subscription.lead()
  await dashboard.signIn('/leads')
  const failed = {
    status: 503,
    contentType: 'application/json',
    body: JSON.stringify({ statusCode: 503, code: 'store_unavailable', message: 'Store away' }),
  }
  const list = '**/api/v1/leads'
  const paths = [list, `**/api/v1/leads/${leadId}`, `**/api/v1/events/${eventId}`]
  for (const path of paths) await page.route(path, (route) => route.fulfill(failed))
  const alert = page.getByRole('alert').filter({ hasText: 'Store away' })
  const again = page.getByRole('button', { name: 'Try again' })
  await page.goto('/leads')
  await alert.waitFor()
  await page.unroute(list)
  await again.click()
  await rows(page).first().waitFor()
  await page.goto(`/leads/${leadId}`)
  await alert.waitFor()
  await page.unroute(`**/api/v1/leads/${leadId}`)
  await again.click()
  await page.getByRole('heading', { level: 1, name: 'Ann' }).waitFor()
  await alert.waitFor()
  await page.unroute(`**/api/v1/events/${eventId}`)
  await again.click()
  await page.getByRole('list', { name: 'Webhooks and whether they got the lead' }).waitFor()
})

test('an owner sees their own leads and deliveries, and all of this works for them too', async () => {
  const { dashboard, page, subscription } = await setup()
  const stranger = await world.subscribe()
  await stranger.lead({ ...ANN, customerName: 'Somebody else’s' })
  const { eventId } = await subscription.lead({ ...ANN, customerName: 'Mine' })
  const { id } = await world.api.deliveryIn('delivered', eventId)
  const { key } = await world.api.post<{ key: string }>('/api/v1/api-keys', {
    name: 'Owner',
    chatbotId: subscription.chatbotId,
  })
  await page.goto('/leads')
  await page.getByLabel('Key', { exact: true }).fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Mine' }).waitFor()
  expect(await rows(page).count()).toBe(1)
  await page.goto(`/deliveries?webhookId=${subscription.webhook.id}`)
  await page.getByRole('button', { name: 'Resend what failed…' }).click()
  await page.getByText(/^Nothing was given up since then/).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: /, Delivered, / }).click()
  await page.waitForURL(`**/deliveries/${id}?in=*`)
  await page.getByRole('link', { name: 'Mine' }).click()
  await page.getByRole('button', { name: 'Erase…' }).click()
  await page.getByRole('button', { name: 'Erase the person' }).click()
  await page.getByRole('heading', { name: 'This lead was erased' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'This lead was erased' }).waitFor()
  expect(dashboard.complaints.filter((text) => !text.includes('404'))).toEqual([])
})

function rows(page: Page) {
  return page.getByRole('table', { name: 'Leads, newest first' }).locator('tbody tr')
}

async function setup() {
  const subscription = await world.subscribe()
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  return { dashboard, page: dashboard.page, subscription }
}
