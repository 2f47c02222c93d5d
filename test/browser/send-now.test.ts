/** What waits is sent now: the endpoint breaks, the page says so, it is mended, and all of it is tried. */
import { expect, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const BROKEN = { kind: 'answer', status: 500 } as const
const MENDED = { kind: 'answer', status: 200 } as const

const { world, browser } = await openDesk({ settings: { RETRY_SCHEDULE: '0s,1h,1h' } })

test('all that wait for a webhook are tried, and one sees what came of it', async () => {
  const { webhook, lead } = await world.subscribe({ steps: [...Array(6).fill(BROKEN), MENDED] })
  for (let made = 0; made < 3; made++) await world.api.deliveryAfter(1, (await lead()).eventId)
  const dashboard = await Dashboard.open(browser, world.server)
  const { page } = dashboard
  await dashboard.signIn(`/webhooks/${webhook.id}`)
  const waiting = page.getByRole('link', { name: '3 deliveries wait' })
  await waiting.waitFor()
  const tryAll = page.getByRole('button', { name: 'Try the 3 waiting' })
  await tryAll.click()
  await page.getByText('3 deliveries are sent now.').waitFor()
  await page.getByText('Of 3: 3 failed again (The endpoint answered 500).').waitFor()
  // They wait as before, and can be tried again.
  await waiting.waitFor()
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await tryAll.click()
  await page.getByText('All 3 arrived.').waitFor()
  await tryAll.waitFor({ state: 'detached' })
  await page.goto(`/deliveries?webhookId=${webhook.id}&state=pending`)
  await page.getByText('Nothing').first().waitFor()
  expect(dashboard.complaints).toEqual([])
  await dashboard.close()
})

test('one that waits is sent now, and is seen to arrive', async () => {
  const { lead } = await world.subscribe({ steps: [BROKEN, BROKEN, MENDED] })
  const { id } = await world.api.deliveryAfter(1, (await lead()).eventId)
  const dashboard = await Dashboard.open(browser, world.server)
  const { page } = dashboard
  await dashboard.signIn(`/deliveries/${id}`)
  await page.getByText(/attempt 2 of 3 comes in/).waitFor()
  const sendNow = page.getByRole('button', { name: 'Send now' })
  await sendNow.click()
  await page.getByText(/an extra one, which is not counted; attempt 2 of 3 comes in/).waitFor()
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await sendNow.click()
  await page.getByText(/^Delivered: the endpoint answered 200 in .+ on attempt 3/).waitFor()
  expect(dashboard.complaints).toEqual([])
  await dashboard.close()
})
