/** Beside each cause stands its cure: on the delivery, the webhook, the overview and in a test. */
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const { world, browser } = await openDesk({ settings: { RETRY_SCHEDULE: '0s' } })

test('a redirect is told on all four pages, and followed by one click and a yes', async () => {
  const { page, dashboard, endpoint, webhook, lead } = await setup()
  const moved = endpoint.url.replace(/\/?$/, '/moved')
  const redirect = { kind: 'answer', status: 308, headers: { location: moved } } as const
  await endpoint.behave(redirect, redirect, redirect)
  const delivery = await lead()

  await dashboard.goto('/')
  await page.getByText('Give the webhook the URL that it leads to').waitFor()
  await picture(dashboard, 'overview')
  await dashboard.goto(`/deliveries/${delivery}`)
  await page.getByText('Give the webhook the URL that it leads to').waitFor()
  await picture(dashboard, 'delivery')
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await dashboard.goto(`/webhooks/${webhook}`)
  await page.getByText('Give the webhook the URL').waitFor()
  await page.getByRole('button', { name: 'Send a test event' }).click()
  await page.getByText('It was not delivered').waitFor()
  await expect.poll(() => page.getByText('Give the webhook the URL').count()).toBe(2)
  await picture(dashboard, 'webhook')
  expect(await dashboard.accessibilityFaults()).toEqual([])

  await page.getByRole('button', { name: 'Use the URL it leads to' }).first().click()
  const question = page.getByRole('alertdialog')
  await question.getByText(moved, { exact: true }).waitFor()
  await question.getByText(endpoint.url, { exact: true }).waitFor()
  await picture(dashboard, 'question')
  await endpoint.behave({ kind: 'answer', status: 200 })
  await question.getByRole('button', { name: 'Change the URL' }).click()
  await page.getByText('The webhook has the new URL.').waitFor()
  expect(await world.api.webhook(webhook)).toMatchObject({ url: moved })
  const changed = page.locator('[aria-live]', { hasText: 'The webhook has the new URL.' })
  await changed.getByRole('button', { name: 'Send a test event' }).click()
  await changed.getByText(/^It answered 200 in/).waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('a web page that takes deliveries is amber in the list, on the delivery and the webhook', async () => {
  const { page, dashboard, endpoint, webhook, lead } = await setup()
  const body = '<!doctype html><title>Sign in</title>'
  await endpoint.behave({
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body,
  })
  const delivery = await lead()
  await dashboard.goto('/leads')
  await page
    .getByTitle(/^A web page took it/)
    .first()
    .waitFor()
  await picture(dashboard, 'leads')
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await dashboard.goto(`/deliveries?webhookId=${webhook}`)
  await page.getByText('It answered with a web page. Is this the right URL?').first().waitFor()
  await picture(dashboard, 'list')
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await dashboard.goto(`/deliveries/${delivery}`)
  await page.getByText(/but with a web page: is this the right URL\?/).waitFor()
  await page.getByText('What to do').waitFor()
  await picture(dashboard, 'web-page')
  await dashboard.goto(`/webhooks/${webhook}`)
  await page.getByText('Is this the right URL?').first().waitFor()
  expect(await page.getByText('In doubt', { exact: true }).count()).toBe(1)
  expect(await page.getByText('Nothing does:').count()).toBe(0)
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await dashboard.goto('/webhooks')
  await page
    .getByRole('row')
    .filter({ hasText: endpoint.url })
    .getByText('In doubt', { exact: true })
    .waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('on a webhook’s page each error has its own cure beside it, and the last is told once', async () => {
  const { page, dashboard, endpoint, webhook, lead } = await setup()
  await endpoint.behave({ kind: 'answer', status: 500 })
  await lead()
  await lead()
  await endpoint.behave({ kind: 'answer', status: 405 })
  await lead()
  await dashboard.goto(`/webhooks/${webhook}`)
  const groups = page.getByRole('list', { name: 'What went wrong' }).getByRole('listitem')
  await groups.first().waitFor()
  const [failing, refusing] = await groups.allInnerTexts()
  expect(failing).toMatch(/^500 × 2: .*The app failed while it handled the event\./s)
  expect(refusing).toMatch(/^405 × 1: .*POST/s)
  // But for the deliveries of which it is told.
  expect(await page.getByText('The endpoint answered 405').count()).toBe(2)
  await page.getByText('The last 3 attempts failed').waitFor()
  // None of their deliveries tells it any more: the webhook fails all the same, and it has its cure.
  await world.api.post(`/api/v1/webhooks/${webhook}/set-aside`)
  await dashboard.goto(`/webhooks/${webhook}`)
  await page.getByText('The endpoint answered 405').waitFor()
  expect(await groups.count()).toBe(0)
  await page.getByText(/^The last failure/).waitFor()
  expect(dashboard.complaints).toEqual([])
})

test.each([
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
])('once created, a webhook can be tested without scrolling at $width × $height', async (size) => {
  const { page, dashboard, endpoint } = await setup()
  await page.setViewportSize(size)
  await dashboard.goto('/webhooks?create')
  const dialog = page.getByRole('dialog')
  if (!(await dialog.isVisible()))
    await page.getByRole('button', { name: 'Create a webhook' }).click()
  await dialog.getByLabel('Endpoint URL').fill(endpoint.url)
  const chatbot = dialog.getByLabel('Chatbot', { exact: true })
  if (await chatbot.isVisible()) await chatbot.selectOption({ index: 1 })
  await dialog.getByRole('button', { name: 'Create the webhook' }).click()
  const button = dialog.getByRole('button', { name: 'Send a test event' })
  await button.waitFor()
  await picture(dashboard, `created-${size.width}`)
  const place = await button.boundingBox()
  const footer = await dialog.locator('footer').boundingBox()
  expect((place?.y ?? 9_999) + (place?.height ?? 0)).toBeLessThan(footer?.y ?? 0)
  const code = await dialog.locator('pre').allInnerTexts()
  const port = new URL(endpoint.url).port
  expect(code.join('\n')).toContain(port)
  expect(code.join('\n')).toMatch(
    /npm install express\nCHATZURI_SECRET='whsec_\S+' node server\.mjs/,
  )
})

async function setup() {
  const endpoint = await world.receiver.endpoint()
  const chatbotId = await world.api.createChatbot()
  const { id: webhook } = await world.api.createWebhook(chatbotId, {
    url: endpoint.url,
    eventTypes: ['lead.submit'],
  })
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  await dashboard.signIn()
  const lead = async () => {
    const { eventId } = await world.api.postLead(chatbotId, { customerName: 'Ann' })
    const [delivery] = await world.api.deliveriesOf(eventId)
    return (await world.api.finished(delivery?.id ?? '')).id
  }
  return { page: dashboard.page, dashboard, endpoint, webhook, lead }
}

/** For whoever wants to look: CURE_PICTURES names a folder. */
async function picture({ page }: Dashboard, name: string): Promise<void> {
  const folder = process.env.CURE_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` })
}
