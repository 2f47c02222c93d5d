/** Keys made, used and revoked; who did what; and an owner who sees what is theirs, and nothing dead. */
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const { world, browser } = await openDesk()

test('a key is shown once, works, signs in, and ends with its sessions when it is revoked', async () => {
  await world.api.createChatbot('Shop assistant')
  const { dashboard, page } = await setup()
  await dashboard.signIn('/api-keys?create')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Shop backend')
  await dialog.getByRole('button', { name: 'Create the key' }).click()
  await page.getByRole('heading', { name: 'The key is ready' }).waitFor()
  const key = await dialog.locator('code').first().innerText()
  expect(key).toMatch(/^czk_/)
  expect(await statusWith(key)).toBe(200)
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await page.content()).not.toContain(key)

  const other = await setup()
  await other.dashboard.signInByForm('/settings', key)
  await other.page.getByText('Owner of Shop assistant').waitFor()

  await page.reload()
  await page.getByRole('button', { name: 'Revoke Shop backend' }).click()
  await page.getByText('It was last used').waitFor()
  await page.getByRole('button', { name: 'Revoke the key' }).click()
  await page.getByText('Shop backend was revoked.').waitFor()
  expect(await statusWith(key)).toBe(401)
  await other.page.reload()
  await other.page.getByRole('heading', { level: 1, name: 'Chatzuri' }).waitFor()
  expect(new URL(other.page.url()).pathname).toBe('/sign-in')
  expect(dashboard.complaints).toEqual([])
})

test('a key is not made before it is known which chatbot it is for', async () => {
  const name = 'Slow to come'
  const chatbotId = await world.api.createChatbot(name)
  const { dashboard, page } = await setup()
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await page.route('**/api/v1/chatbots?*', async (route) => {
    await held
    await route.continue()
  })
  await dashboard.signIn(`/api-keys?create&chatbotId=${chatbotId}`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Early')
  await dialog.getByLabel('Name').press('Enter')
  expect(await dialog.getByRole('button', { name: 'Create the key' }).isEnabled()).toBe(false)
  letGo()
  await dialog.getByRole('button', { name: 'Create the key' }).click()
  await page.getByRole('heading', { name: 'The key is ready' }).waitFor()
  const { data } = await world.api.get<{ data: { name: string; chatbotId: string | null }[] }>(
    '/api/v1/api-keys',
  )
  expect(data.filter((key) => key.name === 'Early')).toMatchObject([{ chatbotId }])
})

test('what fails says so, and keeps what was typed', async () => {
  const chatbotId = await world.api.createChatbot('Shop assistant')
  const { dashboard, page } = await setup()
  await dashboard.signIn('/api-keys?create')
  const dialog = page.getByRole('dialog')
  await page.route('**/api/v1/**', (route) =>
    route.request().method() === 'GET' ? route.continue() : route.abort(),
  )
  await dialog.getByLabel('Name').fill('Typed')
  await dialog.getByRole('button', { name: 'Create the key' }).click()
  await dialog.getByText('The key was not created').waitFor()
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Typed')

  await page.goto(`/chatbots/${chatbotId}`)
  await page.getByRole('button', { name: 'Sign-in link for the owner…' }).click()
  await page.getByRole('button', { name: 'Make the link' }).click()
  await dialog.getByText('The link was not made').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByLabel('Type “Shop assistant”').fill('Shop assistant')
  await page.keyboard.press('Enter')
  await page.getByText('The server could not be reached.').waitFor()
  expect(await page.getByLabel('Type “Shop assistant”').inputValue()).toBe('Shop assistant')

  await page.goto('/event-types?publish')
  await dialog.getByLabel('Payload').fill('{ "typed": true }')
  await dialog.getByRole('button', { name: 'Publish it' }).click()
  await dialog.getByText('It was not published').waitFor()
  expect(await dialog.getByLabel('Payload').inputValue()).toBe('{ "typed": true }')
})

test.each(['/chatbots', '/event-types', '/api-keys', '/audit-log', '/settings'])(
  '%s says what to do when it can’t be loaded, and loads when it can',
  async (path) => {
    const { dashboard, page } = await setup()
    await dashboard.signIn('/')
    const ofPage = /\/(api\/v1\/(chatbots|event-types|api-keys|audit-log)|openapi\.json)/
    await page.route(ofPage, (route) => route.fulfill({ status: 500, body: '{}' }))
    await page.goto(path)
    await page.getByText('This could not be loaded').first().waitFor()
    await page.unroute(ofPage)
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await page.getByText('This could not be loaded').first().waitFor({ state: 'detached' })
  },
)

test('a sample event is published from its type’s page, and arrives', async () => {
  const { endpoint, chatbotId } = await world.subscribe({ fields: { eventTypes: ['order.paid'] } })
  const { dashboard, page } = await setup()
  await dashboard.signIn('/event-types')
  await page.getByText('order.paid').waitFor()
  await page.getByRole('button', { name: 'Publish an event' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Chatbot').selectOption(chatbotId)
  await dialog.getByLabel('Event type').fill('order.paid')
  await dialog.getByLabel('Payload').fill('{ "orderId": ')
  await dialog.getByText('This is no JSON').waitFor()
  await dialog.getByLabel('Payload').fill('{ "orderId": "7" }')
  await dialog.getByRole('button', { name: 'Publish it' }).click()
  await dialog.getByText('It is on disk and on its way').waitFor()
  await expect.poll(() => endpoint.received.length).toBe(1)
  await dialog.getByLabel('Event type').fill('lead.submit')
  await dialog.getByRole('button', { name: 'Publish another' }).click()
  await dialog.getByText('It was not published').waitFor()
})

test('the audit log tells in sentences, filters by its address, and pages by cursors', async () => {
  const { chatbotId, webhook } = await world.subscribe()
  await world.api.createChatbot('Another')
  for (let name = 0; name < 55; name++) {
    await world.api.patch(`/api/v1/chatbots/${chatbotId}`, { name: `Shop ${name}` })
  }
  await world.api.post(`/api/v1/webhooks/${webhook.id}/rotate-secret`, {})
  const { dashboard, page } = await setup()
  await dashboard.signIn('/audit-log')
  const row = page.getByRole('row').filter({ hasText: 'rotated the secret of' })
  // The names come a moment after the log.
  await row.getByRole('link', { name: webhook.url }).waitFor()
  expect(await row.innerText()).toContain(
    `The operator rotated the secret of the webhook ${webhook.url}`,
  )
  await row.getByRole('link', { name: webhook.url }).click()
  await page.getByRole('heading', { level: 1, name: webhook.url }).waitFor()

  await page.goto('/audit-log')
  await page.getByRole('button', { name: /^Chatbot: / }).click()
  await page.getByRole('menuitemradio', { name: 'Shop 54' }).click()
  await page.getByLabel('Action').selectOption('Chatbot changed')
  await page.getByLabel('By', { exact: true }).selectOption('The operator')
  await page.waitForURL('**/audit-log?action=chatbot.updated&actor=root')
  await expect.poll(() => page.getByText('changed the chatbot').count()).toBe(50)
  await page.getByRole('button', { name: 'Older' }).click()
  await expect.poll(() => page.getByText('changed the chatbot').count()).toBe(5)
  await page.reload()
  await expect.poll(() => page.getByText('changed the chatbot').count()).toBe(5)
  // Another chatbot's list begins at its newest.
  await page.getByRole('button', { name: /^Chatbot: / }).click()
  await page.getByRole('menuitemradio', { name: 'Another' }).click()
  await page.getByText('Nothing matches').waitFor()
  await page.getByRole('button', { name: /^Chatbot: / }).click()
  await page.getByRole('menuitemradio', { name: 'All chatbots' }).click()
  await page.getByLabel('To day').fill('2020-01-01')
  await page.getByText('Nothing matches').waitFor()
  await page.getByRole('button', { name: 'Clear the filters' }).click()
  await row.waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('an owner meets nothing of others, nothing refused, and no button that does nothing', async () => {
  const { chatbotId, webhook, lead } = await world.subscribe()
  await world.subscribe({ path: '/of-somebody-else' })
  await lead()
  const { key } = await world.api.post<{ key: string }>('/api/v1/api-keys', {
    name: 'First',
    chatbotId,
  })
  const { dashboard, page } = await setup()
  await dashboard.signIn('/', key)
  const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link')
  // Who is signed in is asked first: until then the navigation has no links.
  await links.first().waitFor()
  const paths = await links.evaluateAll((found) => found.map((link) => link.getAttribute('href')))
  expect(paths).toContain('/chatbots')
  for (const path of [...paths, `/webhooks/${webhook.id}`, `/chatbots/${chatbotId}`]) {
    await dashboard.goto(path ?? '/')
    const text = await page.locator('body').innerText()
    expect([path, text]).toEqual([path, expect.not.stringContaining('of-somebody-else')])
    const forOperators = page.getByRole('button', { name: /create a chatbot|owner|^new chatbot/i })
    // The account's menu is called Owner.
    expect([path, await forOperators.filter({ hasNotText: /^Owner/ }).count()]).toEqual([path, 0])
  }
  await page.goto('/api-keys?create')
  await page.getByRole('dialog').getByLabel('Name').fill('Second')
  expect(await page.getByRole('dialog').getByLabel('It reaches').count()).toBe(0)
  await page.getByRole('button', { name: 'Create the key' }).click()
  await page.getByRole('heading', { name: 'The key is ready' }).waitFor()
  const { data } = await world.api.get<{ data: { name: string; chatbotId: string }[] }>(
    `/api/v1/api-keys?chatbotId=${chatbotId}`,
  )
  expect(data.map(({ name }) => name)).toEqual(['Second', 'First'])
  expect(dashboard.complaints).toEqual([])
})

async function statusWith(key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` }
  return (await fetch(`${world.server.url}/api/v1/chatbots`, { headers })).status
}

async function setup(): Promise<{ dashboard: Dashboard; page: Page }> {
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  return { dashboard, page: dashboard.page }
}
