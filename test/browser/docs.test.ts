/** The reference page as people see it: in both themes, on a phone, and without JavaScript. */
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard, LOOKS } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const { world, browser } = await openDesk()
const { server } = world

test.each(LOOKS)('%s: nothing is wrong with it, and it asks for nothing else', async (look) => {
  const reader = await Dashboard.open(browser, server, look)
  onTestFinished(() => reader.close())
  const asked: string[] = []
  reader.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await reader.goto('/docs')
  expect(await reader.accessibilityFaults()).toEqual([])
  expect(await reader.overflow()).toBe(0)
  expect(asked).toEqual(['/docs'])
  expect(reader.complaints).toEqual([])
})

test('without JavaScript its contents lead to their sections', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.goto(`${server.url}/docs`)
  await page.getByRole('link', { name: 'Create a webhook', exact: true }).click()
  const heading = page.getByRole('heading', { name: 'Create a webhook', exact: true })
  await page.waitForURL(/#createWebhook$/)
  expect((await heading.boundingBox())?.y).toBeLessThan(200)
  const command = page.locator('section', { has: heading }).locator('pre').first()
  expect(await command.textContent()).toContain('curl -X POST http://localhost:')
})
