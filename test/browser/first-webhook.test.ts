/** The first minutes of an operator, with nothing but the dashboard. */
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const { world, browser } = await openDesk()

test('from signing in to a chatbot, a webhook, and a test event that a real receiver got', async () => {
  const { dashboard, page } = await setup()
  const endpoint = await world.receiver.endpoint()
  await dashboard.beginAnew('Shop assistant')

  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Endpoint URL').fill(endpoint.url)
  await dialog.getByRole('button', { name: 'Create the webhook' }).click()
  await page.getByRole('heading', { name: 'The webhook is ready' }).waitFor()
  const [webhook] = await webhooks()
  const { secret } = await world.api.get<{ secret: string }>(
    `/api/v1/webhooks/${webhook?.id}/secret`,
  )
  expect(await dialog.locator('code').first().innerText()).toBe(secret)
  expect(await dialog.locator('pre').first().innerText()).toContain(secret)

  await dialog.getByRole('button', { name: 'Send a test event' }).click()
  await dialog.getByText(/^It answered 200 in/).waitFor()
  expect(await dialog.getByText('{"received":true}').count()).toBe(1)
  const [request] = endpoint.received
  expect(request?.headers['x-chatzuri-signature']).toMatch(/^[0-9a-f]{40}$/)

  await dialog.getByRole('link', { name: 'Open the webhook' }).click()
  await page.getByRole('heading', { level: 1, name: endpoint.url }).waitFor()
  expect(await page.title()).toBe(`${endpoint.url} · Chatzuri`)
  expect(dashboard.complaints).toEqual([])
})

test('a failing webhook is on the overview by itself, one click from its cause', async () => {
  const { dashboard, page } = await setup()
  const { endpoint, lead } = await world.subscribe({ steps: [{ kind: 'answer', status: 500 }] })
  await dashboard.signIn('/')
  await dashboard.settled()
  await lead()
  await page.getByText('The endpoint answered 500').waitFor()
  await page.getByRole('link', { name: 'See the cause' }).click()
  await page.getByRole('heading', { level: 1, name: endpoint.url }).waitFor()
  expect(dashboard.complaints).toEqual([])
})

test('paused, resumed, rotated and deleted, each after it was said what will happen', async () => {
  const { dashboard, page } = await setup()
  const { webhook, lead } = await world.subscribe()
  await dashboard.signIn(`/webhooks/${webhook.id}`)

  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await page.getByRole('button', { name: 'Pause the webhook' }).click()
  await page.getByText('Deliveries wait here until you resume it.').waitFor()
  await lead()
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByText('1 delivery that waits will be cancelled').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Rotate the secret…' }).click()
  await page.getByRole('button', { name: 'Make a new secret' }).click()
  await page.getByText('There is a new secret.').waitFor()
  expect((await world.api.webhook(webhook.id)).overlapEndsAt).not.toBeNull()

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByRole('button', { name: 'Delete the webhook' }).click()
  await page.waitForURL('**/webhooks')
  expect((await world.api.send('GET', `/api/v1/webhooks/${webhook.id}`)).status).toBe(404)
  // Told of the deletion before it has left, the page may have asked for it once more.
  const others = dashboard.complaints.filter((each) => !each.includes('status of 404'))
  expect(others).toEqual([])
})

test('a wrong URL is told at its field, and what the server refuses too', async () => {
  const { dashboard, page } = await setup()
  await world.api.createChatbot()
  await dashboard.signIn('/webhooks?create')
  const url = page.getByLabel('Endpoint URL')
  await url.fill('ftp://shop.example')
  await page.getByRole('button', { name: 'Create the webhook' }).click()
  await page.getByText('Only http and https can be delivered to.').waitFor()
  expect(await url.getAttribute('aria-invalid')).toBe('true')
  await url.fill('http://10.0.0.1/hook')
  await page.getByRole('button', { name: 'Create the webhook' }).click()
  await page.getByRole('alert').filter({ hasText: '10.0.0.1' }).waitFor()
})

test('the webhooks of all chatbots are in one list, page by page, however many there are', async () => {
  const { dashboard, page } = await setup()
  const urls = await Promise.all(
    Array.from({ length: 51 }, async (_, made) => {
      const url = `http://127.0.0.1:59999/of/chatbot/${made}`
      const chatbotId = await world.api.createChatbot(`Chatbot ${made}`)
      await world.api.createWebhook(chatbotId, { url, eventTypes: ['lead.submit'] })
      return url
    }),
  )
  await dashboard.signIn('/webhooks')
  const rows = page.getByRole('table', { name: 'Webhooks' }).locator('tbody tr')
  await expect.poll(() => rows.count()).toBe(50)
  const shown = await rows.getByRole('link').allInnerTexts()
  await page.getByRole('button', { name: 'Older' }).click()
  await page.waitForURL(/cursor=/)
  // Those of the first page have gone, and others are there.
  await rows.getByRole('link', { name: shown[0] ?? '', exact: true }).waitFor({ state: 'detached' })
  await rows.first().waitFor()
  shown.push(...(await rows.getByRole('link').allInnerTexts()))
  expect(urls.filter((url) => !shown.includes(url))).toEqual([])
  expect(dashboard.complaints).toEqual([])
})

test('an owner comes by a link, sees their own chatbot, and the link is gone from the address', async () => {
  const { dashboard, page } = await setup()
  const { chatbotId, webhook } = await world.subscribe()
  const other = await world.subscribe()
  const { url } = await world.api.post<{ url: string }>('/api/v1/owner-links', { chatbotId })
  const link = new URL(url)
  await page.goto(`${link.pathname}${link.hash}`)
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  expect(page.url()).not.toContain('link=')
  await page.getByRole('link', { name: 'Webhooks' }).click()
  await page.getByRole('link', { name: webhook.url }).waitFor()
  expect(await page.getByRole('link', { name: other.webhook.url }).count()).toBe(0)
  await page.getByRole('button', { name: /Owner/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in')
  expect(dashboard.complaints).toEqual([])

  // In the same tab: only the hash of the address changes.
  await page.goto(`${link.pathname}${link.hash}`)
  await page.getByText('This link can’t be used any more.').waitFor()
})

test('what is in a dialog has no fault that axe finds, in either theme', async () => {
  for (const look of ['light', 'dark'] as const) {
    const dashboard = await Dashboard.open(browser, world.server, look)
    onTestFinished(() => dashboard.close())
    const { page } = dashboard
    const { webhook, endpoint } = await world.subscribe()
    await dashboard.signIn('/webhooks?create')
    await page.getByLabel('Endpoint URL').fill(endpoint.url)
    await page.getByRole('button', { name: 'Create the webhook' }).click()
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByText(/^It answered 200 in/).waitFor()
    expect(await dashboard.accessibilityFaults()).toEqual([])
    await dashboard.goto(`/webhooks/${webhook.id}`)
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByRole('tab', { name: 'PHP' }).click()
    expect(await dashboard.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Rotate the secret…' }).click()
    await page.getByRole('button', { name: 'Make a new secret' }).waitFor()
    expect(await dashboard.accessibilityFaults()).toEqual([])
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => page.evaluate('document.activeElement?.ariaLabel')).toBe('More actions')
    expect(dashboard.complaints).toEqual([])
  }
})

test('whose session ended signs in again and is back where it was', async () => {
  const { dashboard, page } = await setup()
  const { webhook } = await world.subscribe()
  await dashboard.signIn('/')
  await page.context().clearCookies()
  await page.goto(`/webhooks/${webhook.id}`)
  await page.getByText('Your session has ended.').waitFor()
  await page.getByLabel('Key', { exact: true }).fill(world.server.adminKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`**/webhooks/${webhook.id}`)
})

test('a wrong key is told at its field, and leads nowhere', async () => {
  const { page } = await setup()
  await page.goto('/sign-in?next=//elsewhere.example')
  await page.getByLabel('Key', { exact: true }).fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This key is not one of this server.').waitFor()
  await page.getByLabel('Key', { exact: true }).fill(world.server.adminKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  expect(new URL(page.url()).host).toBe(new URL(world.server.url).host)
})

async function webhooks() {
  const { data } = await world.api.get<{ data: { id: string }[] }>('/api/v1/chatbots')
  const path = `/api/v1/chatbots/${data[0]?.id}/webhooks`
  return (await world.api.get<{ data: { id: string }[] }>(path)).data
}

async function setup() {
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  return { dashboard, page: dashboard.page }
}
