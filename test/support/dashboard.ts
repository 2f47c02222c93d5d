/** The dashboard in a real browser, watched: whatever it does that it must not is a test's failure. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, ConsoleMessage, Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export type Look = 'light' | 'dark' | 'phone'
export const LOOKS: readonly Look[] = ['light', 'dark', 'phone']

const WIDE = { width: 1280, height: 860 }
/** The narrowest phones that are still sold. */
const PHONE = { width: 360, height: 740 }

interface Server {
  url: string
  adminKey: string
}

export class Dashboard {
  readonly page: Page
  /** Errors of the console and the page, violations of the policy, requests to other hosts. */
  readonly complaints: string[] = []
  readonly #context: BrowserContext
  readonly #server: Server

  private constructor(context: BrowserContext, page: Page, server: Server) {
    this.#context = context
    this.page = page
    this.#server = server
    page.on('console', (message) => this.#hear(message))
    page.on('pageerror', (error) => this.complaints.push(`page: ${error.message}`))
    page.on('request', (request) => {
      if (new URL(request.url()).origin === new URL(server.url).origin) return
      this.complaints.push(`request to ${request.url()}`)
    })
  }

  static async open(browser: Browser, server: Server, look: Look = 'light'): Promise<Dashboard> {
    const isPhone = look === 'phone'
    const context = await browser.newContext({
      baseURL: server.url,
      colorScheme: look === 'dark' ? 'dark' : 'light',
      viewport: isPhone ? PHONE : WIDE,
      reducedMotion: 'reduce',
      ...(isPhone ? { isMobile: true, hasTouch: true } : {}),
    })
    return new Dashboard(context, await context.newPage(), server)
  }

  /** As a person does, from whatever page asks for it. */
  async signInByForm(path = '/sign-in', key = this.#server.adminKey): Promise<void> {
    await this.page.goto(path)
    await this.page.getByLabel('Key', { exact: true }).fill(key)
    await this.page.getByRole('button', { name: 'Sign in' }).click()
    await this.page.waitForURL((url) => url.pathname !== '/sign-in')
    await this.#heading()
  }

  /** From an empty database to the form of its first webhook, as a newcomer clicks it. */
  async beginAnew(chatbot: string): Promise<void> {
    const { page } = this
    const dialog = page.getByRole('dialog')
    await this.signInByForm()
    await page.getByRole('button', { name: 'Create a chatbot' }).click()
    await dialog.getByLabel('Name').fill(chatbot)
    await dialog.getByRole('button', { name: 'Create a chatbot' }).click()
    await page.getByRole('link', { name: 'Create a webhook' }).click()
  }

  /** Without the form, which takes a page more. Without a path nothing is opened yet. */
  async signIn(path?: string, key = this.#server.adminKey): Promise<void> {
    const url = `${this.#server.url}/api/v1/session`
    const answer = await this.#context.request.post(url, { data: { key } })
    if (!answer.ok()) throw new Error(`signing in was answered ${answer.status()}`)
    if (path === undefined) return
    await this.page.goto(path)
    await this.#heading()
  }

  /** Until nothing is loading any more. */
  async goto(path: string): Promise<void> {
    await this.page.goto(path)
    await this.settled()
  }

  async settled(): Promise<void> {
    await this.#heading()
    await this.page.locator('main .animate-shimmer').first().waitFor({ state: 'detached' })
  }

  /** As when the system's theme changes; until the colours are there. */
  async turn(theme: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme })
    await this.page.evaluate(`new Promise(requestAnimationFrame).then(() => Promise.all(
      document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finished)))`)
  }

  /** What axe finds, one sentence for each place. */
  async accessibilityFaults(): Promise<string[]> {
    await this.page.evaluate(AXE)
    const found = await this.page.evaluate<AxeViolation[]>('axe.run().then((r) => r.violations)')
    return found.flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`,
      ),
    )
  }

  /** By how many pixels the page is wider than the screen. */
  overflow(): Promise<number> {
    return this.page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
  }

  close(): Promise<void> {
    return this.#context.close()
  }

  /** Not by its role: behind a dialog, which an address may open at once, it has none. */
  #heading(): Promise<void> {
    return this.page.locator('h1').first().waitFor()
  }

  #hear(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const { url } = message.location()
    // Asking who is signed in when nobody is: the browser reports every 401.
    if (url.endsWith('/api/v1/session') && message.text().includes('401')) return
    // A stream whose reader is slower than the server is patient is cut, and opened again.
    if (url.endsWith('/api/v1/stream')) return
    this.complaints.push(`console: ${message.text()}`)
  }
}

interface AxeViolation {
  id: string
  help: string
  nodes: { target: string[]; failureSummary: string }[]
}
