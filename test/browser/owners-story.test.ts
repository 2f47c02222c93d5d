/** An owner's story, from the endpoint that breaks to all being well again. */
import { expect, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const BROKEN = { kind: 'answer', status: 500 } as const
const MENDED = { kind: 'answer', status: 200 } as const

// Two attempts: what fails is given up while one looks, and later ones still wait.
const { world, browser } = await openDesk({ settings: { RETRY_SCHEDULE: '0s,12s' } })

test('an endpoint breaks, says why and how, is mended, and all that it missed arrives', async () => {
  const { webhook, lead, endpoint } = await world.subscribe({ steps: [BROKEN] })
  const dashboard = await Dashboard.open(browser, world.server)
  const { page } = dashboard
  await dashboard.signIn(`/webhooks/${webhook.id}`)
  const [first, second] = [await lead(), await lead()]

  // Why, and what to do about it.
  await page.getByText('Failing', { exact: true }).first().waitFor()
  await page
    .getByText(/The endpoint answered 500/)
    .first()
    .waitFor()
  await page.getByText('Its own log says where.').first().waitFor()
  expect(await dashboard.accessibilityFaults()).toEqual([])

  // Two are given up; then three more wait.
  for (const { eventId } of [first, second]) await world.api.deliveryAfter(2, eventId)
  await page.getByText(/^2 given up:/).waitFor()
  for (let made = 0; made < 3; made++) await lead()
  await page.getByRole('link', { name: '3 deliveries wait' }).waitFor()

  await endpoint.behave(MENDED)
  await page.getByRole('button', { name: 'Try the 3 waiting' }).click()
  // Long before their time.
  await page.getByText('All 3 arrived.').waitFor({ timeout: 6_000 })
  await page.getByText('Failing', { exact: true }).waitFor({ state: 'detached' })

  // What was given up in between is in sight until it is resent, here and on the overview.
  await page.getByText(/^2 given up:/).waitFor()
  await dashboard.goto('/')
  await page.getByRole('link', { name: '2 deliveries given up' }).waitFor()
  expect(await page.getByText('none is failing').count()).toBe(0)
  await page.getByRole('button', { name: 'Resend 2' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click()
  await page.getByText('nothing that was given up is left').waitFor()
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await dashboard.goto(`/webhooks/${webhook.id}`)
  await page.getByText(/^Nothing does: nothing was given up/).waitFor()
  expect(dashboard.complaints).toEqual([])
})
