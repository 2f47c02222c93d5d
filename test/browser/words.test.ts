/** What went wrong is seen as wrong: in the words of deliveries, and in the chart. */
import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const { world, browser } = await openDesk({ settings: { RETRY_SCHEDULE: '0s,1h,1h' } })

test('a retry is told with how far it has come, and a chart of failures is not green', async () => {
  const { endpoint, webhook, lead } = await world.subscribe({
    steps: [{ kind: 'answer', status: 500 }],
  })
  const { eventId } = await lead()
  const { id } = await world.api.deliveryAfter(1, eventId)
  const dashboard = await Dashboard.open(browser, world.server)
  const { page } = dashboard
  await dashboard.signIn(`/deliveries/${id}`)
  const progress = page.getByText(/^1 of 3, next in \d+:\d\d/)
  await progress.waitFor()
  const first = await progress.innerText()
  await expect.poll(() => progress.innerText()).not.toBe(first)
  await page.getByText('Retrying', { exact: true }).waitFor()

  await page.goto('/?span=hour')
  const bars = page.getByRole('toolbar', { name: /^Bar chart of the attempts/ })
  await bars.waitFor()
  await page.getByText('an attempt in it may be of one that came earlier').waitFor()
  const bar = bars.getByRole('button', {
    name: /Delivered: 0\. Failed, tried again: 1\. .*List the deliveries that were accepted in this time$/,
  })
  // By the arrow keys, from the newest back.
  await bars.getByRole('button').last().focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('End')
  await bar.focus()
  await look(page, 'chart')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/deliveries?from=*')
  await page.getByText('Retrying', { exact: true }).waitFor()
  await look(page, 'list')

  // Of a deleted webhook it is told where it was.
  await world.api.delete(`/api/v1/webhooks/${webhook.id}`)
  await page.goto(`/deliveries/${id}`)
  await page.getByText(`${endpoint.url} (deleted)`).first().waitFor()
  await page.getByText('Cancelled', { exact: true }).waitFor()
  await page.goto('/deliveries')
  await page.getByText(/\(deleted\)$/).waitFor()
  await page.goto(`/events/${eventId}`)
  await page.getByRole('link', { name: `${endpoint.url} (deleted)` }).waitFor()
  await look(page, 'event')
  expect(dashboard.complaints).toEqual([])
  await dashboard.close()
})

async function look(page: Dashboard['page'], name: string) {
  if (process.env.LOOKS)
    await writeFile(`${process.env.LOOKS}/${name}.png`, await page.screenshot({ fullPage: true }))
}
