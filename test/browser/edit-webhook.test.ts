/** A webhook is changed in place: what is refused is told, nothing typed is lost, and what waits follows. */
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

interface Settings {
  url: string
  eventTypes: string[]
  headers: Record<string, string>
  timeoutSeconds: number | null
  maxInFlight: number | null
  metadata: Record<string, string>
}

const { world, browser } = await openDesk()

test('what waits goes to the new URL, with the headers that stayed and the one that came', async () => {
  const { page, dialog, webhook, lead, settings } = await setup({
    headers: { 'X-Api-Key': 'k-123', 'X-Old': 'gone' },
  })
  await world.api.post(`/api/v1/webhooks/${webhook.id}/pause`)
  await lead()
  const elsewhere = await world.receiver.endpoint()

  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await dialog.getByLabel('Endpoint URL').fill(elsewhere.url)
  await dialog.getByText('1 delivery that waits goes out to the new URL.').waitFor()
  // They are set, so they are in sight.
  await dialog.getByRole('button', { name: 'Remove X-Old' }).click()
  await dialog.getByRole('button', { name: 'Add a header' }).click()
  await expect.poll(() => focusedLabel(page)).toBe('Name of header 2')
  await page.keyboard.type('X-Shop')
  await page.keyboard.press('Tab')
  await page.keyboard.type('one')
  await dialog.getByLabel('Timeout in seconds').fill('7')
  await dialog.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Saved. It holds from the next request on.').waitFor()

  await page.getByRole('heading', { level: 1, name: elsewhere.url }).waitFor()
  expect(await settings()).toMatchObject({
    headers: { 'X-Api-Key': '***', 'X-Shop': '***' },
    eventTypes: ['lead.submit'],
    timeoutSeconds: 7,
    maxInFlight: null,
  })
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect.poll(() => elsewhere.received.length).toBe(1)
  expect(elsewhere.received[0]?.headers).toMatchObject({ 'x-api-key': 'k-123', 'x-shop': 'one' })
  expect(elsewhere.received[0]?.headers).not.toHaveProperty('x-old')
})

test('what is wrong is told at its field as one types, and the server’s refusal too', async () => {
  const { page, dialog, webhook, settings } = await setup()
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  const url = dialog.getByLabel('Endpoint URL')
  await url.fill('shop.example/hook')
  await dialog.getByText('Headers, metadata, timeout and limits').click()
  await dialog.getByText('This is not a whole URL yet.').waitFor()
  await url.fill('http://10.0.0.1/hook')
  await dialog.getByText('This is not a whole URL yet.').waitFor({ state: 'detached' })
  await dialog.getByLabel('Requests open at a time').fill('300')
  await dialog.getByRole('button', { name: 'Save the changes' }).click()
  await dialog.getByText('Enter a whole number from 1 to 256').waitFor()
  await expect.poll(() => focusedLabel(page)).toContain('Requests open at a time')
  await dialog.getByLabel('Requests open at a time').fill('3')
  await dialog.getByRole('button', { name: 'Save the changes' }).click()
  await dialog.getByRole('alert').filter({ hasText: '10.0.0.1' }).waitFor()
  expect(await url.inputValue()).toBe('http://10.0.0.1/hook')
  expect(await settings()).toMatchObject({ url: webhook.url, maxInFlight: null })
})

test('what one notes of it is changed as a whole, refused at its field, and shown on its page', async () => {
  const { page, dialog, settings } = await setup({
    metadata: { 'team.of-it': '  two\nlines ', old: 'gone' },
  })
  await page.getByText('old: gone').waitFor()
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await dialog.getByRole('button', { name: 'Remove old' }).click()
  await dialog.getByRole('button', { name: 'Add metadata' }).click()
  await expect.poll(() => focusedLabel(page)).toBe('Name of metadata 2')
  await page.keyboard.type('a name')
  await page.keyboard.press('Tab')
  await page.keyboard.type('prod & <b>')
  await dialog.getByRole('button', { name: 'Save the changes' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'must have a name of 1 to 40' }).waitFor()
  await expect.poll(() => focusedLabel(page)).toBe('Name of metadata 2')
  await dialog.getByLabel('Name of metadata 2').fill('env')
  await dialog.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Saved. It holds from the next request on.').waitFor()
  await page.getByText('env: prod & <b>').waitFor()
  expect((await settings()).metadata).toEqual({
    'team.of-it': '  two\nlines ',
    env: 'prod & <b>',
  })
})

test('a save that fails and a session that ends lose nothing of what was typed', async () => {
  const { page, dialog, webhook, settings } = await setup()
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await dialog.getByLabel('Other event types').fill('order.created')
  await dialog.getByLabel('lead.submit').uncheck()
  await dialog.getByText('New events of lead.submit are not sent here any more.').waitFor()
  await page.route(`**/api/v1/webhooks/${webhook.id}`, (route) => route.abort())
  await dialog.getByRole('button', { name: 'Save the changes' }).click()
  await dialog.getByText('The changes were not saved').waitFor()
  expect(await dialog.getByLabel('Other event types').inputValue()).toBe('order.created')
  await page.unrouteAll()

  // Beside the dialog: no way to lose it.
  await page.mouse.click(5, 5)
  await page.context().clearCookies()
  await dialog.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByLabel('Key', { exact: true }).fill(world.server.adminKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await dialog.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Saved. It holds from the next request on.').waitFor()
  expect((await settings()).eventTypes).toEqual(['order.created'])
})

test('axe finds nothing in the form, in any look, with everything open and wrong', async () => {
  for (const look of ['light', 'dark', 'phone'] as const) {
    const { dashboard, page, dialog } = await setup({ headers: { 'X-Api-Key': 'k' } }, look)
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await dialog.getByLabel('Name of header 1').fill('X-Other')
    await dialog.getByLabel('Endpoint URL').fill('nothing')
    await dialog.getByLabel('Timeout in seconds').fill('0')
    await dialog.getByRole('button', { name: 'Save the changes' }).click()
    await dialog.getByText('Enter the value again').waitFor()
    expect(await dashboard.accessibilityFaults()).toEqual([])
    expect([await dashboard.overflow(), dashboard.complaints]).toEqual([0, []])
  }
})

function focusedLabel(page: Dashboard['page']): Promise<string> {
  return page.evaluate<string>('document.activeElement?.labels?.[0]?.textContent ?? ""')
}

/** On the page of a webhook that has these fields. */
async function setup(fields: Record<string, unknown> = {}, look?: 'light' | 'dark' | 'phone') {
  const dashboard = await Dashboard.open(browser, world.server, look)
  onTestFinished(() => dashboard.close())
  const subscription = await world.subscribe({ fields })
  const path = `/webhooks/${subscription.webhook.id}`
  await dashboard.signIn(path)
  const { page } = dashboard
  const settings = () => world.api.get<Settings>(`/api/v1${path}`)
  return { ...subscription, dashboard, page, dialog: page.getByRole('dialog'), settings }
}
