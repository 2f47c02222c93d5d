/** A delivery that waits for its next attempt, watched until it arrives. */
import { expect, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const { world, browser } = await openDesk({ settings: { RETRY_SCHEDULE: '0s,8s,1h' } })

test('the next attempt is counted down in the explanation itself, comes, and is seen without a reload', async () => {
  const { chatbotId, endpoint, lead } = await world.subscribe({
    steps: [
      { kind: 'answer', status: 503 },
      { kind: 'answer', status: 200 },
    ],
  })
  const { eventId, leadId } = await lead()
  const { id } = await world.api.deliveryAfter(1, eventId)
  const dashboard = await Dashboard.open(browser, world.server)
  const { page } = dashboard
  await dashboard.signIn(`/deliveries/${id}`)
  const sentence = page.getByText(/attempt 2 of 3 comes in 0:0\d\.$/)
  await sentence.waitFor()
  const first = await sentence.innerText()
  await expect.poll(() => sentence.innerText()).not.toBe(first)
  await page.getByText(/^Delivered: the endpoint answered 200 in .+ on attempt 2/).waitFor()
  expect(endpoint.received).toHaveLength(2)
  const attempts = page.getByRole('list', { name: 'Attempts, newest first' })
  expect(await attempts.getByRole('listitem').allInnerTexts()).toEqual([
    expect.stringMatching(/^Attempt 2 · Delivered · Answered 200/),
    expect.stringMatching(/^Attempt 1 · Failed · Answered 503/),
  ])

  // From here one gets to all that it belongs to.
  await page.getByRole('link', { name: eventId }).click()
  await page.getByRole('heading', { level: 1, name: 'Event lead.submit' }).waitFor()
  await page.getByRole('link', { name: 'Ann' }).click()
  await page.waitForURL(`**/leads/${leadId}`)
  await page.getByRole('link', { name: endpoint.url }).click()
  await page.waitForURL(`**/deliveries/${id}`)
  await page.getByRole('link', { name: endpoint.url }).click()
  await page.getByRole('heading', { level: 1, name: endpoint.url }).waitFor()
  await page.getByRole('link', { name: 'All deliveries' }).click()
  await page.getByRole('link', { name: /^Ann, / }).waitFor()

  // A link may say of which chatbot: it is the chosen one then.
  const { id: other } = await world.api.post<{ id: string }>('/api/v1/chatbots', { name: 'Other' })
  await page.goto(`/deliveries?chatbotId=${other}`)
  await page.getByText('No delivery yet').waitFor()
  await page.getByRole('button', { name: 'Chatbot: Other' }).click()
  await page.getByRole('menuitemradio', { name: 'Shop assistant' }).click()
  await page.waitForURL(`**/deliveries?chatbotId=${chatbotId}`)
  await page.getByRole('link', { name: /^Ann, / }).waitFor()
  expect(dashboard.complaints).toEqual([])
  await dashboard.close()
})
