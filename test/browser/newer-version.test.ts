/** The server is updated while the dashboard is open: code that was not loaded yet is gone. */
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

const { world, browser } = await openDesk()

test('a page whose code is gone with an update is loaded anew by itself, where one wanted to go', async () => {
  const { page, documents } = await setup()
  const gone = (await update(page)).code
  await page.getByRole('link', { name: 'Leads' }).click()
  await expect.poll(documents).toEqual(['/leads'])
  await page.unroute(gone)
  await page.getByRole('heading', { level: 1, name: 'Leads' }).waitFor()
})

test('it is loaded anew once: where that doesn’t help, the page says what to do', async () => {
  const { page, documents } = await setup()
  await update(page)
  await page.getByRole('link', { name: 'Leads' }).click()
  await page.getByRole('heading', { level: 1, name: 'This could not be loaded' }).waitFor()
  await page.getByRole('button', { name: 'Reload' }).waitFor()
  expect(documents()).toEqual(['/leads'])
})

test('without a connection nothing is thrown away: the app stays, and says so', async () => {
  const { page, documents } = await setup()
  await page.route('**/*', (route) => route.abort())
  await page.getByRole('link', { name: 'Leads' }).click()
  await page.getByRole('heading', { level: 1, name: 'This could not be loaded' }).waitFor()
  await page.getByRole('link', { name: 'Overview' }).waitFor()
  expect(documents()).toEqual([])
})

/** On the overview; `documents`: the paths that were loaded as whole pages since. */
async function setup() {
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  await dashboard.signIn()
  await dashboard.goto('/')
  const { page } = dashboard
  const loaded: string[] = []
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loaded.push(new URL(request.url()).pathname)
  })
  return { page, documents: () => loaded }
}

/** As the server answers after it: the page names another script, and the old names are not found. */
async function update(page: Page): Promise<{ code: string }> {
  const code = '**/assets/leads-*.js'
  await page.route(code, (route) => route.fulfill({ status: 404, body: '{}' }))
  const served = await (await fetch(`${world.server.url}/leads`)).text()
  const body = served.replaceAll('/assets/index-', '/assets/index-newer-')
  await page.route('**/leads', (route) => {
    if (route.request().resourceType() === 'document') return route.continue()
    return route.fulfill({ contentType: 'text/html', body })
  })
  return { code }
}
