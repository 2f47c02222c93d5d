/** With very many deliveries stored, and more coming, nobody waits for the page or its buttons. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'
import type { Subscription } from '../support/server-world.ts'

const DELIVERIES = 100_000
const BATCH = 500
const AT_ONCE = 4
const FILL_MS_MAX = 240_000
/** What one would notice as a button that doesn't answer. */
const LONG_TASK_MS_MAX = 200
const FIRST_ROW_MS_MAX = 3_000
/** Other programs on the machine only ever add: the best of so many is what the page itself takes. */
const LOOKS = 4

const { world, browser } = await openDesk({ settings: { MAX_BACKLOG: '1000000' } })
let subscription: Subscription
beforeAll(async () => {
  subscription = await world.subscribe({ fields: { eventTypes: ['order.created'] } })
  await world.api.post(`/api/v1/webhooks/${subscription.webhook.id}/pause`)
  await fill(DELIVERIES)
}, FILL_MS_MAX)

test('100,000 deliveries are stored', async () => {
  const { current } = await world.api.get<{ current: { parked: number } }>('/api/v1/stats')
  expect(current.parked).toBe(DELIVERIES)
})

test.each([
  ['all of them', () => ''],
  ['those of a webhook', () => `?webhookId=${subscription.webhook.id}`],
  ['those in a state', () => '?state=parked'],
  ['those of the last hour', () => `?from=${new Date(Date.now() - 3_600_000).toISOString()}`],
  ['a search that finds nothing', () => '?q=nobody'],
])('%s: on screen at once, and nothing blocks', async (_what, filter) => {
  const { page } = await setup()
  const path = `/deliveries${filter()}`
  await expectQuick(page, async () => {
    await page.goto(path)
    await page.locator('tbody tr').or(page.getByText('Nothing matches')).first().waitFor()
  })
})

test('while more come in, one turns pages, goes back to the newest and opens one, and nothing blocks', async () => {
  const { dashboard, page } = await setup()
  await expectQuick(page, async () => {
    const traffic = fill(2_000)
    await page.goto('/deliveries')
    await page.locator('tbody tr').first().waitFor()
    await page.getByRole('button', { name: 'Older' }).click()
    await page.getByRole('button', { name: 'Newest' }).click()
    await page.getByRole('button', { name: 'Pause the list' }).waitFor()
    await traffic
    await page.locator('tbody tr a').first().click()
    await page.getByText(/^Parked, because its webhook is paused/).waitFor()
  })
  expect(dashboard.complaints).toEqual([])
})

test('what somebody else began with many is seen while it runs, and stopped', async () => {
  const { dashboard, page } = await setup()
  const { recoveryId } = await world.api.post<{ recoveryId: string }>('/api/v1/deliveries/cancel', {
    webhookId: subscription.webhook.id,
  })
  await page.goto('/deliveries')
  const lines = page.getByRole('list', { name: 'What was started with many at once' })
  await lines.getByText(/^Cancelling: /).waitFor()
  await lines.getByRole('button', { name: 'Stop' }).click()
  // Whoever stops it is told, until they put it away.
  await lines.getByText(/cancelled\. It was stopped: the rest is as it was/).waitFor()
  const path = `/api/v1/bulk-actions/${recoveryId}`
  expect(await world.api.get(path)).toMatchObject({ stopped: true, finishedAt: expect.any(String) })
  await page.reload()
  await lines.getByRole('button', { name: 'Close' }).click()
  await lines.waitFor({ state: 'detached' })
  expect(dashboard.complaints).toEqual([])
})

/** In the quickest of several looks: how long it took, and its longest task. */
async function expectQuick(page: Page, look: () => Promise<void>) {
  const seen: { tookMs: number; longestTaskMs: number }[] = []
  const isQuick = () =>
    seen.some(
      ({ tookMs, longestTaskMs }) => tookMs < FIRST_ROW_MS_MAX && longestTaskMs < LONG_TASK_MS_MAX,
    )
  while (seen.length < LOOKS && !isQuick()) {
    const askedAt = performance.now()
    await look()
    const tookMs = Math.round(performance.now() - askedAt)
    const longestTaskMs = await page.evaluate<number>('Math.max(0, ...window.longTasks)')
    seen.push({ tookMs, longestTaskMs })
  }
  console.log(expect.getState().currentTestName, JSON.stringify(seen))
  expect([seen, isQuick()]).toEqual([seen, true])
}

/** As many events as fast as they are taken; each is one parked delivery. */
async function fill(events: number) {
  const payload = { orderId: 'A-1001', total: 49.9, currency: 'EUR' }
  const body = {
    events: Array.from({ length: BATCH }, () => ({ eventType: 'order.created', payload })),
  }
  let left = events / BATCH
  const worker = async () => {
    while (left > 0) {
      left -= 1
      await world.api.post(`/api/v1/chatbots/${subscription.chatbotId}/events/batch`, body)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

const WATCH_LONG_TASKS = `
  window.longTasks = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(Math.round(duration))
  }).observe({ type: 'longtask', buffered: true })
`

async function setup() {
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  await dashboard.page.addInitScript(WATCH_LONG_TASKS)
  await dashboard.signIn()
  return { dashboard, page: dashboard.page }
}
