/** Deliveries as somebody looks at them whose endpoint broke. */
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'
import type { Step } from '../support/receiver-protocol.ts'
import { ANN, ServerWorld, type Subscription } from '../support/server-world.ts'

const BROKEN: Step = { kind: 'answer', status: 500, body: '{"error":"out of order"}' }
const OK: Step = { kind: 'answer', status: 200 }

// One attempt, and it is given up; a test that wants to wait says so by pausing.
const { world, browser } = await openDesk({ settings: { RETRY_SCHEDULE: '0s' } })

test('an endpoint breaks, the reason is read, it is mended, and the resent delivery arrives before one’s eyes', async () => {
  const { dashboard, page, subscription } = await setup({ steps: [BROKEN] })
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await dashboard.settled()
  await subscription.lead()
  // It comes by itself.
  await row(page, 'Failed')
    .getByRole('link', { name: /^Ann, Failed, answered 500, to / })
    .click()
  await page
    .getByText(/^Given up after its only attempt failed \(the endpoint answered 500\)/)
    .waitFor()
  const attempts = page.getByRole('list', { name: 'Attempts, newest first' })
  expect(await attempts.getByRole('listitem').count()).toBe(1)
  expect(await attempts.getByText('"error": "out of order"').count()).toBe(1)

  await subscription.endpoint.behave(OK)
  await page.getByRole('button', { name: 'Resend' }).click()
  await page.getByText('It is on its way again.').waitFor()
  await page.getByText(/^Delivered: the endpoint answered 200 in .+ on attempt 2/).waitFor()
  await attempts.getByText('Attempt 2').waitFor()
  const [first, second] = subscription.endpoint.received
  expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true)
  expect(dashboard.complaints).toEqual([])
})

test('what was sent is shown whole: body, headers and a curl command with the real signature', async () => {
  const { dashboard, page, subscription } = await setup()
  const { eventId } = await subscription.lead({ ...ANN, customerName: "Ann O'Neill" })
  const { id } = await world.api.deliveryIn('delivered', eventId)
  await dashboard.signIn(`/deliveries/${id}`)
  const [received] = subscription.endpoint.received
  const body = page.getByRole('region', { name: 'Body' })
  expect(await body.innerText()).toContain('"customerName": "Ann O\'Neill"')
  await page.getByRole('radio', { name: 'Raw' }).first().click()
  expect(await body.innerText()).toBe(received?.body.toString())
  await page.getByRole('tab', { name: 'Headers' }).click()
  const signature = received?.headers['x-chatzuri-signature'] ?? 'none'
  await page.getByText(signature, { exact: true }).waitFor()
  await page.getByRole('tab', { name: 'As curl' }).click()
  const command = await page.getByRole('region', { name: /curl command/ }).innerText()
  expect(command).toContain(`--header 'x-chatzuri-signature: ${signature}'`)
  expect(command).toContain(String.raw`Ann O'\''Neill`)
  await page.getByRole('link', { name: "Ann O'Neill" }).click()
  await page.getByRole('heading', { level: 1, name: "Ann O'Neill" }).waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('what was delivered is resent only after it was said that it goes out twice', async () => {
  const { dashboard, page, subscription } = await setup()
  const { eventId } = await subscription.lead()
  const { id } = await world.api.deliveryIn('delivered', eventId)
  await dashboard.signIn(`/deliveries/${id}`)
  await page.getByRole('button', { name: 'Resend' }).click()
  await page.getByText('The endpoint took it already.').waitFor()
  expect(subscription.endpoint.received).toHaveLength(1)
  await page.getByRole('button', { name: 'Resend it' }).click()
  await page.getByText('Attempt 2', { exact: true }).waitFor()
  expect(subscription.endpoint.received).toHaveLength(2)
})

test('a cancel that comes too late is refused with the reason, and the page shows how it is', async () => {
  const { dashboard, page, subscription } = await setup()
  await world.api.post(`/api/v1/webhooks/${subscription.webhook.id}/pause`)
  const { eventId } = await subscription.lead()
  const { id } = await world.api.deliveryIn('parked', eventId)
  // Nobody tells this page what happens meanwhile.
  await page.route('**/api/v1/stream', (route) => route.abort())
  await dashboard.signIn(`/deliveries/${id}`)
  await page.getByRole('button', { name: 'Cancel the delivery' }).click()
  await world.api.post(`/api/v1/webhooks/${subscription.webhook.id}/resume`)
  await world.api.deliveryIn('delivered', eventId)
  const dialog = page.getByRole('alertdialog')
  await dialog.getByRole('button', { name: 'Cancel the delivery' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'Its state has changed' }).waitFor()
  await dialog.getByRole('button', { name: 'Cancel', exact: true }).click()
  await page.getByText(/^Delivered: the endpoint answered 200/).waitFor()
})

test('a resend for a webhook that was deleted says what to do instead', async () => {
  const { dashboard, page, subscription } = await setup({ steps: [BROKEN] })
  const { eventId } = await subscription.lead()
  const { id } = await world.api.deliveryIn('exhausted', eventId)
  await page.route('**/api/v1/stream', (route) => route.abort())
  await dashboard.signIn(`/deliveries/${id}`)
  await page.getByRole('button', { name: 'Resend' }).waitFor()
  await world.api.delete(`/api/v1/webhooks/${subscription.webhook.id}`)
  await page.getByRole('button', { name: 'Resend' }).click()
  await page.getByText(/Its webhook was deleted, so there is nowhere to send it/).waitFor()
  await page.getByText('Its webhook was deleted: there is nothing left that could be').waitFor()
  expect(await page.getByRole('button', { name: 'Resend' }).count()).toBe(0)
})

test('everything that failed is counted first, then resent, and one sees how far it is', async () => {
  const { dashboard, page, subscription } = await setup({ steps: [BROKEN] })
  const leads = await Promise.all(Array.from({ length: 5 }, () => subscription.lead()))
  for (const { eventId } of leads) await world.api.deliveryIn('exhausted', eventId)
  await subscription.endpoint.behave(OK)
  await dashboard.signIn(`/webhooks/${subscription.webhook.id}`)
  await page.getByRole('button', { name: 'Resend what failed…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('5 deliveries will be sent again.').waitFor()
  expect(subscription.endpoint.received).toHaveLength(5)

  // A failure in between is told, and what was chosen stays.
  await dialog.getByLabel('Since').selectOption({ label: '7 days ago' })
  await dialog.getByText('5 deliveries will be sent again.').waitFor()
  await failOnce(page, '**/recover')
  await dialog.getByRole('button', { name: 'Resend 5 deliveries' }).click()
  await dialog.getByRole('alert').waitFor()
  expect(await dialog.getByLabel('Since').inputValue()).toBe('week')

  await dialog.getByRole('button', { name: 'Resend 5 deliveries' }).click()
  await dialog.getByRole('progressbar').waitFor()
  await dialog.getByText('Done: 5 deliveries are on their way again.').waitFor()
  for (const { eventId } of leads) await world.api.deliveryIn('delivered', eventId)
  await dialog.getByRole('link', { name: 'See them' }).click()
  await expect.poll(() => row(page, 'Delivered').count()).toBe(5)
})

test('filters are in the address, narrow the list, and a link to them shows the same', async () => {
  const { dashboard, page, subscription } = await setup({ steps: [BROKEN, OK] })
  const failed = await subscription.lead({ ...ANN, customerEmail: 'one@example.com' })
  await world.api.deliveryIn('exhausted', failed.eventId)
  const fine = await subscription.lead({ ...ANN, customerEmail: 'two@example.com' })
  await world.api.deliveryIn('delivered', fine.eventId)
  await dashboard.signIn(`/deliveries?chatbotId=${subscription.chatbotId}`)
  await expect.poll(() => rows(page).count()).toBe(2)
  await page.getByRole('button', { name: /^State/ }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Failed' }).click()
  await expect.poll(() => rows(page).count()).toBe(1)
  // Several, while the menu stays open.
  await page.getByRole('menuitemcheckbox', { name: 'Delivered' }).click()
  await expect.poll(() => rows(page).count()).toBe(2)
  await page.getByRole('menuitemcheckbox', { name: 'Delivered' }).click()
  await page.keyboard.press('Escape')
  await page.waitForURL(/state=exhausted(&|$)/)
  await page.getByLabel('Answer', { exact: true }).selectOption('5xx')
  await expect.poll(() => rows(page).count()).toBe(1)
  await page.getByLabel('Answer', { exact: true }).selectOption('')
  await page.getByLabel('Search').fill('two@example.com')
  await page.getByText('Nothing matches').waitFor()
  await page.getByRole('button', { name: /^State/ }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Failed' }).click()
  await page.keyboard.press('Escape')
  await row(page, 'Delivered').waitFor()
  await page.getByLabel('Accepted', { exact: true }).selectOption({ label: 'In the last hour' })
  await page.waitForURL(/from=/)
  await row(page, 'Delivered').waitFor()

  await page.goto(page.url())
  await expect.poll(() => rows(page).count()).toBe(1)
  expect(await page.getByLabel('Search').inputValue()).toBe('two@example.com')
  await page.goto('/deliveries?state=lost')
  await page.getByText('These filters can’t be used').waitFor()
  await page.getByRole('button', { name: 'Clear the filters' }).first().click()
  await expect.poll(() => rows(page).count()).toBeGreaterThan(1)
})

test('a list that is paused stands still, counts what comes, and shows it when asked to', async () => {
  const { dashboard, page, subscription } = await setup()
  const first = await subscription.lead()
  await world.api.deliveryIn('delivered', first.eventId)
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await expect.poll(() => rows(page).count()).toBe(1)
  await subscription.lead()
  await expect.poll(() => rows(page).count()).toBe(2)

  await page.getByRole('button', { name: 'Pause the list' }).click()
  await subscription.lead()
  await subscription.lead()
  const pill = page.getByRole('button', { name: '2 new ones' })
  await pill.waitFor()
  expect(await rows(page).count()).toBe(2)
  await pill.click()
  await expect.poll(() => rows(page).count()).toBe(4)
  expect(await pill.count()).toBe(0)
})

test('a row that is held shows what becomes of it, however many come above it', async () => {
  const { dashboard, page, subscription } = await setup()
  await world.api.post(`/api/v1/webhooks/${subscription.webhook.id}/pause`)
  const { eventId } = await subscription.lead()
  const { id } = await world.api.deliveryIn('parked', eventId)
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await rows(page).filter({ hasText: 'On hold' }).waitFor()
  await page.getByRole('button', { name: 'Pause the list' }).click()
  // One page more: the row is no longer in the newest one.
  await Promise.all(Array.from({ length: 51 }, () => subscription.lead()))
  await page.getByRole('button', { name: '50 new ones or more' }).waitFor()
  await world.api.post(`/api/v1/deliveries/${id}/cancel`)
  await rows(page).filter({ hasText: 'Cancelled' }).waitFor()
  expect(await rows(page).count()).toBe(1)
})

test('what one reads stays where it is while new ones come above it', async () => {
  const { dashboard, page, subscription } = await setup()
  const leads = await Promise.all(Array.from({ length: 60 }, () => subscription.lead()))
  for (const { eventId } of leads) await world.api.deliveryIn('delivered', eventId)
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await expect.poll(() => rows(page).count()).toBe(50)
  const read = rows(page).nth(30).getByRole('link')
  await read.scrollIntoViewIfNeeded()
  const before = [await read.getAttribute('href'), await read.boundingBox()]
  await subscription.lead()
  await page.getByRole('button', { name: '1 new one' }).waitFor()
  expect([await read.getAttribute('href'), await read.boundingBox()]).toEqual(before)

  await page.getByRole('button', { name: 'Older' }).click()
  await expect.poll(() => rows(page).count()).toBe(11)
  await page.goBack()
  await expect.poll(() => rows(page).count()).toBe(50)
  // Of another chatbot there is no such page: its list begins with the newest.
  await page.goto('/deliveries')
  await page.getByRole('button', { name: 'Older' }).click()
  await page.waitForURL(/cursor=/)
  await page.getByLabel('Chatbot', { exact: true }).selectOption(subscription.chatbotId)
  await expect.poll(() => rows(page).count()).toBe(50)
  expect(await page.getByRole('button', { name: 'Pause the list' }).count()).toBe(1)
})

test('when the server fails, the list says so, keeps what was typed, and loads when asked again', async () => {
  const { dashboard, page, subscription } = await setup()
  await subscription.lead()
  await dashboard.signIn('/deliveries')
  await dashboard.settled()
  const restore = await failAll(page, '**/api/v1/deliveries?*')
  await page.getByLabel('Search').fill('ann@example.com')
  await page.getByRole('alert').filter({ hasText: 'This could not be loaded' }).waitFor()
  expect(await page.getByLabel('Search').inputValue()).toBe('ann@example.com')
  await restore()
  await page.getByRole('button', { name: 'Try again' }).click()
  await rows(page).first().waitFor()
})

test('when the server fails, a delivery, a resend and a cancel each say so', async () => {
  const { dashboard, page, subscription } = await setup({ steps: [BROKEN] })
  const { eventId } = await subscription.lead()
  const { id } = await world.api.deliveryIn('exhausted', eventId)
  await dashboard.signIn('/deliveries')
  await failOnce(page, `**/api/v1/deliveries/${id}`)
  await page.goto(`/deliveries/${id}`)
  await page.getByRole('button', { name: 'Try again' }).click()
  await failOnce(page, '**/resend')
  await page.getByRole('button', { name: 'Resend' }).click()
  await page.getByText('This was not done. Broken for the test').waitFor()

  await world.api.post(`/api/v1/webhooks/${subscription.webhook.id}/pause`)
  await page.getByRole('button', { name: 'Resend' }).click()
  await page.getByText('It waits: its webhook is not active.').waitFor()
  await failOnce(page, '**/cancel')
  await page.getByRole('button', { name: 'Cancel the delivery' }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByRole('button', { name: 'Cancel the delivery' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'Broken for the test' }).waitFor()
  await dialog.getByRole('button', { name: 'Cancel the delivery' }).click()
  await page.getByText('Cancelled. It will not be sent.').waitFor()
})

test('a list and a delivery are walked with the keyboard alone', async () => {
  const { dashboard, page, subscription } = await setup()
  const { eventId } = await subscription.lead()
  const { id } = await world.api.deliveryIn('delivered', eventId)
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await rows(page).first().waitFor()
  await page.getByRole('button', { name: 'Clear the filters' }).focus()
  // Past what selects the page, and the row.
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/deliveries/${id}?in=*`)
  await page.getByRole('tab', { name: 'Body' }).focus()
  await page.keyboard.press('ArrowRight')
  await page.getByRole('tab', { name: 'Headers', selected: true }).waitFor()
  await page.keyboard.press('ArrowRight')
  await page.getByRole('region', { name: /curl command/ }).waitFor()
  await page.getByText('What came back').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'The answer’s body' }).waitFor()
})

test('rows are told apart, walked by keys, and one goes from one to the next', async () => {
  const { dashboard, page, subscription } = await setup()
  const made: string[] = []
  for (const customerName of ['Carol Adams', 'Ann Clark', 'Ann Clark']) {
    const { eventId } = await subscription.lead({ ...ANN, customerName })
    made.unshift((await world.api.deliveryIn('delivered', eventId)).id)
  }
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await expect.poll(() => rows(page).count()).toBe(3)
  const links = rows(page).getByRole('link')
  const names = await links.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
  expect(new Set(names).size).toBe(3)
  expect(await rows(page).first().innerText()).toMatch(
    /Ann Clark\s+…\w{8}\s+Delivered\s+200\s+[\d.]+ ms/,
  )
  const heightOf = async () => (await rows(page).first().boundingBox())?.height ?? 0
  const before = await heightOf()
  expect(before).toBeLessThanOrEqual(40)
  await page.getByRole('button', { name: 'Compact rows' }).click()
  expect(await heightOf()).toBeLessThan(before)
  await page.reload()
  await expect.poll(heightOf).toBeLessThan(before)
  // Keys, but not while one types.
  await page.keyboard.press('/')
  await page.keyboard.type('jk/')
  expect(await page.getByLabel('Search').inputValue()).toBe('jk/')
  await page.getByLabel('Search').fill('')
  await expect.poll(() => rows(page).count()).toBe(3)
  await page.getByRole('heading', { level: 1 }).focus()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('x')
  await page.getByText('1 delivery selected').waitFor()
  await page.keyboard.press('x')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys on this page' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/deliveries/${made[1]}?in=*`)
  await page.getByRole('link', { name: 'Older' }).click()
  await page.waitForURL(`**/deliveries/${made[2]}?in=*`)
  await expect.poll(() => page.getByRole('link', { name: 'Older' }).count()).toBe(0)
  await page.reload()
  await page.getByRole('link', { name: 'Newer' }).click()
  await page.getByRole('link', { name: 'Newer' }).click()
  await page.waitForURL(`**/deliveries/${made[0]}?in=*`)
  await page.getByRole('link', { name: 'The list' }).click()
  await page.waitForURL(`**/deliveries?webhookId=${subscription.webhook.id}`)
  // The row as a whole is the link.
  await rows(page).nth(2).locator('td').nth(3).click({ force: true })
  await page.waitForURL(`**/deliveries/${made[2]}?in=*`)
  expect(dashboard.complaints).toEqual([])
})

test('many are selected or matched, counted, resent, followed across a reload, and put away', async () => {
  const { dashboard, page, subscription } = await setup({ steps: [BROKEN] })
  const leads = await Promise.all(Array.from({ length: 4 }, () => subscription.lead()))
  for (const { eventId } of leads) await world.api.deliveryIn('exhausted', eventId)
  await subscription.endpoint.behave(OK)
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await expect.poll(() => rows(page).count()).toBe(4)
  const ticks = rows(page).getByRole('checkbox')
  await ticks.nth(0).click()
  await ticks.nth(2).click({ modifiers: ['Shift'] })
  const bar = page.getByRole('region', { name: 'What is selected' })
  await bar.getByText('3 deliveries selected').waitFor()
  await bar.getByRole('button', { name: 'Cancel…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('None of them waits: there is nothing to cancel.').waitFor()
  expect(await dialog.getByRole('button', { name: /^Cancel 0/ }).isDisabled()).toBe(true)
  await page.keyboard.press('Escape')
  await bar.getByRole('button', { name: 'Resend…' }).click()
  await dialog.getByText('3 deliveries will be sent again.').waitFor()
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await dashboard.accessibilityFaults()).toEqual([])

  await bar.getByRole('button', { name: 'All that match the filters' }).click()
  await bar.getByRole('button', { name: 'Resend…' }).click()
  await dialog.getByText('4 deliveries will be sent again.').waitFor()
  // A failure in between is told, and nothing has begun.
  await failOnce(page, '**/deliveries/resend')
  await dialog.getByRole('button', { name: 'Resend 4 deliveries' }).click()
  await dialog.getByRole('alert').waitFor()
  expect(subscription.endpoint.received).toHaveLength(4)
  await dialog.getByRole('button', { name: 'Resend 4 deliveries' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await bar.count()).toBe(0)
  for (const { eventId } of leads) await world.api.deliveryIn('delivered', eventId)
  expect(subscription.endpoint.received).toHaveLength(8)
  await page.getByText('4 deliveries are on the way again.').waitFor()
  await page.reload()
  const line = page.getByRole('list', { name: 'What was started with many at once' })
  await line.getByText('4 deliveries are on the way again.').waitFor()
  await line.getByRole('button', { name: 'Close' }).click()
  await line.waitFor({ state: 'detached' })
})

test('what is on hold is cancelled in one go, and cannot be resent', async () => {
  const { dashboard, page, subscription } = await setup()
  await world.api.post(`/api/v1/webhooks/${subscription.webhook.id}/pause`)
  const leads = await Promise.all(Array.from({ length: 3 }, () => subscription.lead()))
  for (const { eventId } of leads) await world.api.deliveryIn('parked', eventId)
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await expect.poll(() => rows(page).count()).toBe(3)
  await page.getByRole('checkbox', { name: 'Select all on this page' }).click()
  const bar = page.getByRole('region', { name: 'What is selected' })
  await bar.getByRole('button', { name: 'Resend…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('None of them can be resent.').waitFor()
  await page.keyboard.press('Escape')
  await bar.getByRole('button', { name: 'Cancel…' }).click()
  await dialog.getByRole('button', { name: 'Cancel 3 deliveries' }).click()
  await page.getByText('3 deliveries were cancelled.').waitFor()
  await expect.poll(() => row(page, 'Cancelled').count()).toBe(3)
})

test('what is held is stopped from the page, also after a reload, and what it meant stays as it was', async () => {
  const held = await ServerWorld.open({ settings: { RETRY_SCHEDULE: '0s', MAX_BACKLOG: '3' } })
  onTestFinished(() => held.close())
  const subscription = await held.subscribe({ steps: [BROKEN] })
  const { eventId } = await subscription.lead()
  await held.api.deliveryIn('exhausted', eventId)
  // More than half of what may wait does: nothing is resent until that is over.
  const other = await held.subscribe()
  await held.api.post(`/api/v1/webhooks/${other.webhook.id}/pause`)
  await other.lead()
  await other.lead()
  const dashboard = await Dashboard.open(browser, held.server)
  onTestFinished(() => dashboard.close())
  const { page } = dashboard
  await dashboard.signIn(`/deliveries?webhookId=${subscription.webhook.id}`)
  await rows(page).getByRole('checkbox').click()
  await page.getByRole('button', { name: 'Resend…' }).click()
  await page.getByRole('button', { name: 'Resend 1 delivery' }).click()
  await page.getByText('Resending: 0 of 1. You can leave this page.').waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('It was stopped: the rest is as it was.').waitFor()
  await row(page, 'Failed').waitFor()
  expect(subscription.endpoint.received).toHaveLength(1)
})

function rows(page: Page) {
  return page.getByRole('table', { name: 'Deliveries, newest first' }).locator('tbody tr')
}

function row(page: Page, state: string) {
  return rows(page).filter({ hasText: state })
}

const FAILURE = {
  status: 500,
  contentType: 'application/json',
  body: JSON.stringify({ statusCode: 500, code: 'internal_error', message: 'Broken for the test' }),
}

async function failOnce(page: Page, url: string) {
  await page.route(url, (route) => route.fulfill(FAILURE), { times: 1 })
}

async function failAll(page: Page, url: string) {
  await page.route(url, (route) => route.fulfill(FAILURE))
  return () => page.unroute(url)
}

async function setup(options: { steps?: Step[] } = {}) {
  const subscription: Subscription = await world.subscribe(options)
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  return { dashboard, page: dashboard.page, subscription }
}
