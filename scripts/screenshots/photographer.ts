import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { DemoData } from './demo-data.ts'
import type { Shot } from './shots.ts'

interface Server {
  url: string
  adminKey: string
}

interface Scene {
  data: DemoData
  /** Names of the dashboard's pages. */
  pages: readonly string[]
}

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>

const WIDE = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 780 }
/** Toasts and fonts have settled by then. */
const SETTLED_MS = 400

export class Photographer {
  readonly #context: BrowserContext
  readonly #page: Page
  readonly #shot: Shot

  private constructor(context: BrowserContext, page: Page, options: PhotographerOptions) {
    this.#context = context
    this.#page = page
    this.#shot = options.shot
  }

  /** Once for all pictures: each sign-in is a line of the audit log. */
  static async signIn(browser: Browser, { url, adminKey: key }: Server): Promise<SignedIn> {
    const context = await browser.newContext({ baseURL: url })
    await context.request.post('/api/v1/session', { data: { key } })
    const state = await context.storageState()
    await context.close()
    return state
  }

  static async open(browser: Browser, options: PhotographerOptions): Promise<Photographer> {
    const { look } = options.shot
    const context = await browser.newContext({
      baseURL: options.url,
      storageState: options.signedIn,
      colorScheme: look === 'dark' ? 'dark' : 'light',
      viewport: look === 'phone' ? PHONE : WIDE,
      locale: 'en-US',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    })
    return new Photographer(context, await context.newPage(), options)
  }

  /** False: this build has no such page. */
  async take(file: string, scene: Scene): Promise<boolean> {
    const { of, before } = this.#shot
    const isThere =
      of === 'widget'
        ? await this.#openWidget(scene.data)
        : await this.#openPage(of(scene.data), scene)
    if (!isThere) return false
    await before?.(this.#page)
    await this.#page.waitForTimeout(SETTLED_MS)
    await this.#page.screenshot({ path: file, animations: 'disabled' })
    return true
  }

  async #openPage(path: string, { pages }: Scene): Promise<boolean> {
    const [, folder = ''] = path.split('/')
    if (folder !== '' && !pages.includes(folder)) return false
    await this.#page.goto(path)
    await this.#page.locator('h1').first().waitFor()
    await this.#page.locator('main .animate-shimmer').first().waitFor({ state: 'detached' })
    return true
  }

  /** As a visitor meets it: opened, on a page of its own. */
  async #openWidget({ chatbotId }: DemoData): Promise<boolean> {
    if (!(await this.#context.request.get('/widget.js')).ok()) return false
    await this.#page.goto(`/chat/${chatbotId}`)
    await this.#page.locator('input').first().waitFor()
    return true
  }

  close(): Promise<void> {
    return this.#context.close()
  }
}

interface PhotographerOptions {
  url: string
  signedIn: SignedIn
  shot: Shot
}
