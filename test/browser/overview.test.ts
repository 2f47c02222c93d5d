/** The first look: what is missing until leads come, how many came and arrived, and which one to find. */
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard, LOOKS } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const CHATBOTS = 115

// One attempt, and a delivery is given up.
const { world, browser } = await openDesk({ settings: { RETRY_SCHEDULE: '0s' } })

test('an owner’s checklist ticks itself, from nothing to the first lead', async () => {
  const endpoint = await world.receiver.endpoint()
  const { chatbotId, dashboard, page } = await setupOwner()
  const list = page.getByRole('list', { name: 'Steps' })
  await list.waitFor()
  const step = (name: string) => list.getByRole('listitem').filter({ hasText: name })
  await step('A chatbot').getByText('(done)').waitFor()
  expect(await step('A webhook').getByText('(to do)').count()).toBe(1)
  expect(await list.locator('pre').innerText()).toContain(`data-chatbot-id="${chatbotId}"`)
  expect(await dashboard.accessibilityFaults()).toEqual([])

  const webhook = await world.api.createWebhook(chatbotId, {
    url: endpoint.url,
    eventTypes: ['lead.submit'],
  })
  await step('A webhook').getByText('(done)').waitFor()
  await world.api.post(`/api/v1/webhooks/${webhook.id}/test`)
  await step('Your receiver answers').getByText('(done)').waitFor()
  // By the API: it is a lead, and says nothing of a widget.
  await world.api.postLead(chatbotId, { customerName: 'Ann' })
  await step('The first lead').getByText('(done)').waitFor()
  expect(await step('The widget on your site').getByText('(to do)').count()).toBe(1)

  const chat = await page.context().newPage()
  await chat.goto(`/chat/${chatbotId}`)
  await chat.getByLabel('Name').fill('Ben')
  await chat.getByLabel('Email').fill('ben@example.com')
  await chat.getByRole('button', { name: /send/i }).click()
  await page.getByText('It is all set up').waitFor()
  await page.getByRole('button', { name: 'Put away' }).click()
  await list.waitFor({ state: 'detached' })
  await dashboard.goto('/')
  expect(await page.getByText('It is all set up').count()).toBe(0)
  expect(dashboard.complaints).toEqual([])
})

test('leads of today are counted, and each count leads to the leads that it counts', async () => {
  const { chatbotId, dashboard, page } = await setupOwner()
  const url = (await world.receiver.endpoint()).url
  await world.api.postLead(chatbotId, { customerName: 'Too early' })
  await world.api.createWebhook(chatbotId, { url, eventTypes: ['lead.submit'] })
  for (const customerName of ['Ann', 'Ben']) await world.api.postLead(chatbotId, { customerName })
  const today = page.getByRole('region', { name: 'Today' })
  await today.getByRole('link', { name: '2 delivered' }).waitFor()
  await today.getByRole('link', { name: '3 leads' }).waitFor()
  await today.getByRole('link', { name: '1 with no webhook to go to' }).click()
  await page.getByRole('link', { name: 'Too early' }).waitFor()
  expect(await page.locator('tbody tr').count()).toBe(1)
  await page.getByRole('button', { name: 'Delivery No webhook to go to' }).waitFor()
  await page.goBack()
  await today.getByRole('link', { name: '2 delivered' }).click()
  await page.getByRole('link', { name: 'Ben' }).waitFor()
  expect(await page.locator('tbody tr').count()).toBe(2)
  expect(dashboard.complaints).toEqual([])
})

test('an operator sees which chatbots fail, and what, one click from it', async () => {
  const { webhook, chatbotId } = await world.subscribe()
  await world.subscribe()
  await world.api.post(`/api/v1/webhooks/${webhook.id}/pause`)
  const { dashboard, page } = await setup()
  await dashboard.signIn('/')
  const card = page.getByRole('listitem').filter({ hasText: '1 paused' })
  await card.getByRole('link', { name: 'See them' }).click()
  await page.getByRole('link', { name: webhook.url }).waitFor()
  expect(new URL(page.url()).searchParams.get('chatbotId')).toBe(chatbotId)
  await world.api.post(`/api/v1/webhooks/${webhook.id}/resume`)
  expect(dashboard.complaints).toEqual([])
})

test('what was given up stays in sight, though all goes well again, until it was resent', async () => {
  const { chatbotId, dashboard, page } = await setupOwner()
  const endpoint = await world.receiver.endpoint(
    { kind: 'answer', status: 500 },
    { kind: 'answer', status: 200 },
  )
  const webhook = await world.api.createWebhook(chatbotId, {
    url: endpoint.url,
    eventTypes: ['lead.submit'],
  })
  const lead = () => world.api.postLead(chatbotId, { customerName: 'Ann' })
  await lead()
  await page.getByRole('link', { name: '1 delivery given up' }).waitFor()
  await lead()
  const item = page.getByRole('listitem').filter({ hasText: webhook.url })
  await item.getByText('Failing', { exact: true }).waitFor({ state: 'detached' })
  const { health } = await world.api.get<{ health: { failingSince: string | null } }>(
    `/api/v1/webhooks/${webhook.id}`,
  )
  expect(health.failingSince).toBeNull()
  expect(await page.getByText('none is failing').count()).toBe(0)
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await page.getByRole('link', { name: '1 delivery given up' }).click()
  await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor()
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)

  await dashboard.goto('/')
  await item.getByRole('button', { name: 'Resend 1' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click()
  await page.getByText('nothing that was given up is left').waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('among many chatbots one is found by a part of its name', async () => {
  for (let index = 0; index < CHATBOTS; index += 1) {
    await world.api.post('/api/v1/chatbots', { name: `Shop ${String(index).padStart(3, '0')}` })
  }
  const { dashboard, page } = await setup()
  await dashboard.signIn('/chatbots')
  await page.getByLabel('Find by name').fill('p 00')
  await expect.poll(() => page.locator('tbody tr').count()).toBe(10)
  await page.getByLabel('Find by name').fill('nobody')
  await page.getByText('Nothing matches').waitFor()

  await page.getByRole('button', { name: /^Chatbot:/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('There are more').waitFor()
  expect(await dashboard.accessibilityFaults()).toEqual([])
  // The oldest of them, which no first page has.
  await dialog.getByLabel('Find by name').fill('SHOP 000')
  await expect.poll(() => dialog.getByRole('listitem').count()).toBe(1)
  await dialog.getByRole('button', { name: 'Shop 000' }).click()
  await page.getByRole('button', { name: 'Chatbot: Shop 000' }).waitFor()
  await dashboard.goto('/')
  await page.getByRole('button', { name: 'Chatbot: Shop 000' }).waitFor()
  expect(dashboard.complaints).toEqual([])
})

test.each(LOOKS)('a filled overview has no fault of access, and fits (%s)', async (look) => {
  const { dashboard } = await setup(look)
  await dashboard.signIn()
  await dashboard.goto('/')
  expect(await dashboard.accessibilityFaults()).toEqual([])
  expect(await dashboard.overflow()).toBe(0)
})

async function setup(look: (typeof LOOKS)[number] = 'light') {
  const dashboard = await Dashboard.open(browser, world.server, look)
  onTestFinished(() => dashboard.close())
  return { dashboard, page: dashboard.page }
}

async function setupOwner() {
  const chatbotId = await world.api.createChatbot()
  const { key } = await world.api.post<{ key: string }>('/api/v1/api-keys', {
    name: 'Owner',
    chatbotId,
  })
  const parts = await setup()
  await parts.dashboard.signIn('/', key)
  return { chatbotId, ...parts }
}
