/** A chatbot from its making to its owner, and nothing lost by what fails meanwhile. */
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { Dashboard } from '../support/dashboard.ts'
import { openDesk } from '../support/desk.ts'

interface ChatbotView {
  id: string
  name: string
  leadForm: { fields: { name: string; label: string }[]; consent?: string; color?: string }
  allowedOrigins: string[]
}

const { world, browser } = await openDesk()

test('made, edited before one’s eyes, saved, and shown to its owner alone', async () => {
  const other = await world.api.createChatbot('Somebody else’s')
  const { dashboard, page } = await setup()
  await dashboard.signIn('/chatbots')
  await page.getByRole('button', { name: 'Create a chatbot' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Shop assistant')
  await page.getByRole('dialog').getByRole('button', { name: 'Create a chatbot' }).click()
  await page.getByRole('heading', { level: 1, name: 'Shop assistant' }).waitFor()
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''

  const preview = page.getByRole('dialog', { name: 'Shop assistant' })
  const labels = () => preview.locator('form label').allInnerTexts()
  await expect.poll(labels).toEqual(['Name', 'Email', 'Phone (optional)'])
  await page.getByLabel('Label').first().fill('Your name')
  await page.getByRole('button', { name: 'Move phone up' }).click()
  await page.getByRole('checkbox', { name: 'Ask for: email' }).uncheck()
  await page.getByLabel(/^Consent/).fill('You may call me.')
  await page.getByLabel('Color (optional)').fill('#0f766e')
  await page
    .getByLabel(/^Sites/)
    .fill('https://Shop.example/\nlocalhost:3000\nwww.example.com/contact?a=b')
  await expect.poll(labels).toEqual(['Your name', 'Phone (optional)', 'You may call me.'])
  await page.locator('[style*="--accent: #0f766e"]').getByRole('dialog').waitFor()

  // What will be saved is seen before it is, and the other spelling is at hand.
  await page.getByLabel(/^Consent/).focus()
  const sites = () => page.getByLabel(/^Sites/).inputValue()
  await expect
    .poll(sites)
    .toBe('https://shop.example\nhttp://localhost:3000\nhttps://www.example.com')
  await page.getByRole('button', { name: 'Add https://example.com' }).click()

  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Saved. Visitors see it from now on.').waitFor()
  expect(await world.api.get<ChatbotView>(`/api/v1/chatbots/${id}`)).toMatchObject({
    leadForm: {
      fields: [
        { name: 'customerName', label: 'Your name', required: true },
        { name: 'customerPhone', label: 'Phone', required: false },
      ],
      consent: 'You may call me.',
      color: '#0f766e',
    },
    allowedOrigins: [
      'https://shop.example',
      'http://localhost:3000',
      'https://www.example.com',
      'https://example.com',
    ],
  })
  const tag = await page.getByRole('region', { name: 'Script tag' }).innerText()
  expect(tag).toMatch(/^<script src="http:\/\/\S+\/widget.js" data-chatbot-id="bot_\w+" async>/)
  expect(tag).toContain(id)

  await page.getByRole('button', { name: 'Sign-in link for the owner…' }).click()
  await page.getByRole('button', { name: 'Make the link' }).click()
  const link = await page.getByRole('dialog').locator('code').innerText()
  expect(dashboard.complaints).toEqual([])
  await asOwner(link, { own: id, other })
})

/** In a browser of its own. */
async function asOwner(link: string, { own, other }: { own: string; other: string }) {
  const { dashboard, page } = await setup()
  const { pathname, hash } = new URL(link)
  await page.goto(pathname + hash)
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  expect(page.url()).not.toContain('link=')
  await page.getByRole('link', { name: 'Chatbots' }).click()
  await page.waitForURL(`**/chatbots/${own}`)
  await page.getByRole('heading', { level: 1, name: 'Shop assistant' }).waitFor()
  expect(await page.getByRole('button', { name: /owner/ }).count()).toBe(0)
  expect(dashboard.complaints).toEqual([])
  await page.goto(`/chatbots/${other}`)
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
}

test('the preview is the widget, and sends nothing', async () => {
  const { dashboard, page, id } = await editing()
  const requests: string[] = []
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
  const preview = page.getByRole('dialog', { name: 'Shop assistant' })
  await preview.getByRole('button', { name: 'Send' }).click()
  await preview.getByText('Name is needed').waitFor()
  await preview.getByLabel('Name').fill('Ann')
  await preview.getByLabel('Email').fill('ann@example.com')
  await preview.getByRole('button', { name: 'Send' }).click()
  await preview.getByText('Thank you! We will be in touch soon.').waitFor()
  expect(requests).toEqual([])
  expect(await world.api.get(`/api/v1/leads?chatbotId=${id}`)).toMatchObject({ data: [] })
  expect(dashboard.complaints).toEqual([])
})

test('on a phone one looks at the preview in place of the form, and comes back to what was typed', async () => {
  const chatbotId = await world.api.createChatbot('Shop assistant')
  const dashboard = await Dashboard.open(browser, world.server, 'phone')
  onTestFinished(() => dashboard.close())
  const { page } = dashboard
  await dashboard.signIn(`/chatbots/${chatbotId}`)
  await page.getByLabel('Greeting').fill('Good day to you')
  const greeting = page.getByRole('log').getByText('Good day to you')
  expect(await greeting.isVisible()).toBe(false)
  await page.getByRole('radio', { name: 'Preview' }).click()
  await greeting.waitFor()
  expect(await page.getByLabel('Greeting').isVisible()).toBe(false)
  await page.getByRole('radio', { name: 'Form' }).click()
  expect(await page.getByLabel('Greeting').inputValue()).toBe('Good day to you')
  expect([await dashboard.overflow(), dashboard.complaints]).toEqual([0, []])
})

test('a save that fails says what to do, and loses nothing that was typed', async () => {
  const { page, id } = await editing()
  const greeting = page.getByLabel(/^Greeting/)
  await greeting.fill('Typed with care')
  const path = `**/api/v1/chatbots/${id}`
  await page.route(path, (route) => route.abort())
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('The server could not be reached.').waitFor()
  await page.getByText('Check your connection').waitFor()
  await page.unroute(path)
  await page.route(path, (route) => route.fulfill({ status: 502, body: '<html>' }))
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('The server answered 502').waitFor()
  await page.unroute(path)
  expect(await greeting.inputValue()).toBe('Typed with care')
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Saved.').waitFor()
  expect(await greetingOf(id)).toBe('Typed with care')
})

test('a session that ends while one types takes nothing of it', async () => {
  const { page, id } = await editing()
  await page.getByLabel(/^Greeting/).fill('Typed with care')
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Your session has ended.').waitFor()
  await page.getByLabel('Key', { exact: true }).fill(world.server.adminKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`**/chatbots/${id}`)
  expect(await page.getByLabel(/^Greeting/).inputValue()).toBe('Typed with care')
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Saved.').waitFor()
})

test('who leaves with changes is asked, may stay, and may leave', async () => {
  const { page, id } = await editing()
  await page.getByLabel(/^Thanks/).fill('Not saved yet')
  await page.getByRole('link', { name: 'Webhooks' }).click()
  await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(await page.getByLabel(/^Thanks/).inputValue()).toBe('Not saved yet')
  // The browser's own button too.
  await page.goBack()
  await page.getByRole('button', { name: 'Leave, and lose the changes' }).click()
  await page.getByRole('heading', { level: 1, name: 'Chatbots' }).waitFor()
  await page.goForward()
  await page.waitForURL(`**/chatbots/${id}`)
  expect(await page.getByLabel(/^Thanks/).inputValue()).not.toBe('Not saved yet')
})

test('what is wrong is told at its field before it is sent', async () => {
  const { page, id } = await editing()
  await page.getByLabel(/^Sites/).fill('https://shop.example\nftp://shop.example/contact')
  await page.getByLabel(/^Thanks/).focus()
  await page.getByText('Line 2: “ftp://shop.example/contact” is no web page.').waitFor()
  await page.getByLabel('Color (optional)').fill('teal')
  await page.getByText('Write a color as six hex digits').waitFor()
  for (const kind of ['name', 'email', 'phone']) {
    await page.getByRole('checkbox', { name: `Ask for: ${kind}` }).uncheck()
  }
  await page.getByText('Ask for at least a name, an email or a phone.').first().waitFor()
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Mend what is marked').waitFor()
  await expect.poll(() => page.evaluate('document.activeElement?.value')).toBe('teal')
  expect(await world.api.get(`/api/v1/chatbots/${id}`)).toMatchObject({ allowedOrigins: [] })
})

test('fields move by the keyboard, which stays on them', async () => {
  const { page } = await editing()
  const preview = page.getByRole('dialog', { name: 'Shop assistant' })
  await page.getByRole('button', { name: 'Move name down' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Name: 2 of 3').waitFor({ state: 'attached' })
  await page.keyboard.press('Enter')
  await page.getByText('Name: 3 of 3').waitFor({ state: 'attached' })
  const labels = () => preview.locator('form label').allInnerTexts()
  await expect.poll(labels).toEqual(['Email', 'Phone (optional)', 'Name'])
})

test('deleted only after its name was typed, with all that was said to go', async () => {
  const { chatbotId: id, webhook } = await world.subscribe()
  const { dashboard, page } = await setup()
  await dashboard.signIn(`/chatbots/${id}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByText('1 webhook is deleted with it.').waitFor()
  const confirm = page.getByRole('button', { name: 'Delete the chatbot and its leads' })
  await page.getByLabel('Type “Shop assistant” to confirm').fill('shop')
  await confirm.click()
  await page.getByText('Type the name exactly').waitFor()
  await page.getByLabel('Type “Shop assistant” to confirm').fill('Shop assistant')
  await confirm.click()
  await page.waitForURL('**/chatbots')
  await page.getByText('Shop assistant was deleted.').waitFor()
  for (const path of [`chatbots/${id}`, `webhooks/${webhook.id}`]) {
    expect((await world.api.send('GET', `/api/v1/${path}`)).status).toBe(404)
  }
  expect(dashboard.complaints).toEqual([])
})

async function greetingOf(id: string): Promise<string> {
  const path = `/api/v1/chatbots/${id}`
  return (await world.api.get<{ leadForm: { greeting: string } }>(path)).leadForm.greeting
}

async function setup(): Promise<{ dashboard: Dashboard; page: Page }> {
  const dashboard = await Dashboard.open(browser, world.server)
  onTestFinished(() => dashboard.close())
  return { dashboard, page: dashboard.page }
}

/** On the page of a chatbot of its own, by way of the list. */
async function editing() {
  const id = await world.api.createChatbot()
  const { dashboard, page } = await setup()
  await dashboard.signIn('/chatbots')
  await page.locator(`a[href="/chatbots/${id}"]`).click()
  await page.getByRole('button', { name: 'Send' }).waitFor()
  return { dashboard, page, id }
}

test('fields of one’s own are added, seen in the preview, saved, and shown with their lead', async () => {
  const id = await world.api.createChatbot()
  const { dashboard, page } = await setup()
  await dashboard.signIn(`/chatbots/${id}`)
  await page.getByRole('button', { name: 'Add a field of your own' }).click()
  await page.getByLabel('Label of new field').fill('Company size')
  await page.getByLabel('Type of Company size').selectOption('Choice')
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Write the choices, one in a line.').waitFor()
  await page.getByLabel('Choices of Company size').fill('Small\nLarge\n')
  expect(await page.getByLabel('Name of Company size in deliveries').inputValue()).toBe(
    'companySize',
  )
  await page.getByRole('button', { name: 'Move Company size up' }).click()
  const preview = page.getByRole('dialog', { name: 'Shop assistant' })
  await preview.getByLabel('Company size').waitFor()
  expect(await dashboard.accessibilityFaults()).toEqual([])
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText('Saved. Visitors see it from now on.').waitFor()
  const { leadForm } = await world.api.get<ChatbotView>(`/api/v1/chatbots/${id}`)
  expect(leadForm.fields[2]).toEqual({
    name: 'companySize',
    label: 'Company size',
    required: false,
    type: 'choice',
    options: ['Small', 'Large'],
  })
  const { leadId } = await world.api.postLead(id, {
    customerName: 'Ann',
    custom: { companySize: 'Large', plan: 'pro' },
    context: { page: 'https://shop.example/pricing', utm: { source: 'news' } },
  })
  await page.goto(`/leads/${leadId}`)
  for (const text of [
    'Company size',
    'Large',
    'plan',
    'https://shop.example/pricing',
    'source: news',
  ]) {
    await page.getByText(text, { exact: true }).waitFor()
  }
  expect(dashboard.complaints).toEqual([])
})
