/** An owner has one webhook told of the others: chosen in the form, and delivered when one fails. */
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const { world, browser } = await openDesk({ settings: { RETRY_SCHEDULE: '0s,0s,0s' } })

test('a webhook that is chosen to be told of others is told, and its page shows what', async () => {
  const { endpoint, lead, webhook } = await world.subscribe()
  const alarms = await world.receiver.endpoint()
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  const { page } = dashboard
  await dashboard.signIn('/webhooks?create')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Endpoint URL').fill(alarms.url)
  const group = dialog.getByText('About your webhooks')
  expect(await dialog.getByLabel('webhook.failing').isVisible()).toBe(false)
  await group.click()
  await dialog.getByText('Never about the webhook that gets it.').waitFor()
  await dialog.getByLabel('webhook.failing').check()
  await dialog.getByLabel('delivery.failed').check()
  await dialog.getByLabel('lead.submit').uncheck()
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await dialog.getByRole('button', { name: 'Create the webhook' }).click()
  await dialog.getByText('whsec_').first().waitFor()

  await endpoint.behave({ kind: 'answer', status: 500 })
  await lead()
  await alarms.arrived(2)
  const told = alarms.received.map(({ body }) => JSON.parse(body.toString()))
  expect(told.map(({ eventType }) => eventType).sort()).toEqual([
    'delivery.failed',
    'webhook.failing',
  ])
  const failed = told.find(({ eventType }) => eventType === 'delivery.failed')
  // The link that it carries leads to what was given up.
  await dashboard.goto(new URL(failed.payload.link).pathname)
  await page.getByText(failed.payload.deliveryId).first().waitFor()
  const failing = told.find(({ eventType }) => eventType === 'webhook.failing')
  expect(new URL(failing.payload.link).pathname).toBe(`/webhooks/${webhook.id}`)

  await dashboard.goto('/event-types')
  const section = page.getByRole('region', { name: 'About your webhooks' })
  // Two of the five have somebody who gets them.
  expect(await section.locator('a[href^="/webhooks/wh_"]').allTextContents()).toEqual([
    alarms.url,
    alarms.url,
  ])
  expect(dashboard.complaints).toEqual([])
})
