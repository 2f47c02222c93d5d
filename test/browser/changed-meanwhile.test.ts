/** Two windows, or two people: nothing is lost in silence, and nobody looks twice without knowing it. */
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

interface ChatbotView {
  name: string
  leadForm: { greeting: string; thanks: string }
}

interface Log {
  data: { action: string; targetId: string }[]
}

const { world, browser } = await openDesk()

async function setup(path: string) {
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  await dashboard.signIn(path)
  return dashboard
}

const SAVE = 'Save the changes'

test('of two windows that edit one chatbot each keeps its field, and both choose where both typed', async () => {
  const id = await world.api.createChatbot('Shop assistant')
  const read = () => world.api.get<ChatbotView>(`/api/v1/chatbots/${id}`)
  const one = await setup(`/chatbots/${id}`)
  const other = await setup(`/chatbots/${id}`)
  await other.page.getByLabel(/^Thanks/).fill('Bye')
  const name = other.page.getByLabel(/^Name/).first()
  await name.fill('Mine')
  // It reads now and then, and would follow before it has saved.
  const saved = Promise.withResolvers<void>()
  await other.page.route(`**/api/v1/chatbots/${id}`, async (route) => {
    if (route.request().method() === 'GET') await saved.promise
    await route.continue()
  })
  await one.page.getByLabel(/^Greeting/).fill('Welcome')
  await one.page.getByLabel(/^Name/).first().fill('Theirs')
  await one.page.getByRole('button', { name: SAVE }).click()
  await one.page.getByText('Saved. Visitors see it from now on.').waitFor()

  const refused = other.page.waitForResponse((answer) => answer.status() === 412)
  await other.page.getByRole('button', { name: SAVE }).click()
  await refused
  saved.resolve()
  await other.page.getByText('An operator changed it meanwhile').waitFor()
  expect((await read()).name).toBe('Theirs')
  await other.page.getByText('Changed as well, and not touched by you: Greeting.').waitFor()
  await expect.poll(() => other.page.getByLabel(/^Greeting/).inputValue()).toBe('Welcome')
  expect(await other.page.getByLabel(/^Thanks/).inputValue()).toBe('Bye')
  expect(await name.inputValue()).toBe('Mine')
  await other.page.getByRole('button', { name: SAVE }).click()
  await other.page.getByText('Choose one to save.').waitFor()
  expect((await read()).name).toBe('Theirs')
  await other.page.getByRole('button', { name: 'Take theirs' }).click()
  expect(await name.inputValue()).toBe('Theirs')
  await other.page.getByRole('button', { name: 'Keep mine' }).click()
  expect(await name.inputValue()).toBe('Mine')
  expect(await other.accessibilityFaults()).toEqual([])
  await other.page.getByRole('button', { name: SAVE }).click()
  await other.page.getByText('Saved. Visitors see it from now on.').waitFor()
  expect(await read()).toMatchObject({
    name: 'Mine',
    leadForm: { greeting: 'Welcome', thanks: 'Bye' },
  })
  expect(other.complaints.filter((text) => !text.includes('412'))).toEqual([])
})

test('a webhook’s form follows what others change, and asks where both did', async () => {
  const { webhook } = await world.subscribe()
  const path = `/api/v1/webhooks/${webhook.id}`
  const { page, ...dashboard } = await setup(`/webhooks/${webhook.id}`).then((made) => ({
    page: made.page,
    faults: () => made.accessibilityFaults(),
  }))
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Description').fill('Mine')
  await world.api.send('PATCH', path, {
    body: { description: 'Theirs', timeoutSeconds: 7 },
  })
  const choice = dialog.getByRole('region', { name: 'Description' })
  await choice.getByText('Theirs', { exact: true }).last().waitFor()
  await choice.getByRole('button', { name: 'Take theirs' }).click()
  await choice.getByRole('button', { name: 'Keep mine' }).click()
  expect(await dashboard.faults()).toEqual([])
  await dialog.getByRole('button', { name: SAVE }).click()
  await page.getByText('Saved. It holds from the next request on.').waitFor()
  expect(await world.api.get(path)).toMatchObject({ description: 'Mine', timeoutSeconds: 7 })
})

test('one look at a secret is one line, whatever happens on the page', async () => {
  const { webhook, lead } = await world.subscribe()
  const { page } = await setup(`/webhooks/${webhook.id}`)
  const looks = async () => {
    const { data } = await world.api.get<Log>('/api/v1/audit-log?action=webhook.secret_shown')
    return data.filter(({ targetId }) => targetId === webhook.id).length
  }
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByText(webhook.secret, { exact: true }).first().waitFor()
  for (let n = 0; n < 3; n++) {
    const read = page.waitForResponse((answer) => answer.url().endsWith(webhook.id))
    await lead()
    await world.api.send('PATCH', `/api/v1/webhooks/${webhook.id}`, {
      body: { description: `d${n}` },
    })
    await read
    await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
  }
  expect(await looks()).toBe(1)
  await page.getByRole('button', { name: 'Hide', exact: true }).click()
  expect(await page.getByText(webhook.secret, { exact: true }).count()).toBe(0)
  await page.getByRole('button', { name: 'Rotate the secret…' }).click()
  await page.getByRole('button', { name: 'Make a new secret' }).click()
  await page.getByRole('heading', { name: 'Previous secret' }).waitFor()
  expect(await looks()).toBe(1)
  await page.getByRole('button', { name: 'End the overlap…' }).click()
  await page.getByRole('button', { name: 'End the overlap', exact: true }).click()
  await page.getByRole('heading', { name: 'Previous secret' }).waitFor({ state: 'detached' })
  expect(await looks()).toBe(1)
})

test('what was deleted elsewhere says so on the open page', async () => {
  const { webhook } = await world.subscribe()
  const { page } = await setup(`/webhooks/${webhook.id}`)
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor()
  await world.api.send('DELETE', `/api/v1/webhooks/${webhook.id}`)
  await page.getByText('This webhook was deleted').waitFor()
  await page.getByRole('link', { name: 'See who did it' }).waitFor()
})

test('Back closes the form, and leads to no empty one after it was closed or finished', async () => {
  await world.api.createChatbot()
  const { page } = await setup('/deliveries')
  const form = page.getByRole('dialog')
  const paths = [
    ['/webhooks', 'Create a webhook'],
    ['/api-keys', 'Create a key'],
    ['/chatbots', 'Create a chatbot'],
  ] as const
  for (const [path, label] of paths) {
    await page.goto(path)
    await page.getByRole('button', { name: label }).first().click()
    await form.waitFor()
    await page.goBack()
    await form.waitFor({ state: 'detached' })
    expect(new URL(page.url()).pathname).toBe(path)
    await page.getByRole('button', { name: label }).first().click()
    await form.getByRole('button', { name: 'Cancel' }).click()
    await form.waitFor({ state: 'detached' })
    expect(new URL(page.url()).search).toBe('')
  }
  const endpoint = await world.receiver.endpoint()
  await page.goto('/webhooks')
  await page.getByRole('button', { name: 'Create a webhook' }).first().click()
  await form.getByLabel('Endpoint URL').fill(endpoint.url)
  await form.getByRole('button', { name: 'Create the webhook' }).click()
  await form.getByRole('link', { name: 'Open the webhook' }).click()
  await page.getByRole('heading', { level: 1, name: endpoint.url }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor()
  expect(await form.count()).toBe(0)
  await page.goBack()
  expect(await form.count()).toBe(0)
})

test('a page that failed while the server was away is read again when it is back', async () => {
  const { lead } = await world.subscribe()
  await lead()
  const { page } = await setup('/')
  const away = ['**/api/v1/**', '**/readyz']
  for (const part of away) await page.route(part, (route) => route.abort())
  // Of webhooks the overview has read the same page already.
  await page.getByRole('link', { name: 'Leads', exact: true }).first().click()
  await page.getByText('The server could not be reached.').first().waitFor()
  for (const part of away) await page.unroute(part)
  await page.getByRole('table', { name: 'Leads' }).waitFor()

  // A page whose code could not even be loaded.
  for (const part of ['**/*.js', '**/readyz']) await page.route(part, (route) => route.abort())
  await page.getByRole('link', { name: 'Event types', exact: true }).first().click()
  await page.getByRole('button', { name: 'Reload' }).waitFor()
  for (const part of ['**/*.js', '**/readyz']) await page.unroute(part)
  await page.getByRole('heading', { level: 1, name: 'Event types' }).waitFor()
})
