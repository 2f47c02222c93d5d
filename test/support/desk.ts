/** What a file of browser tests stands on: the dashboard as its sources are now, a server, a Chromium. */
import type { Browser } from 'playwright-core'
import { afterAll } from 'vitest'
import { buildBundles } from '../../scripts/build-bundles.ts'
import type { ServerOptions } from './server-process.ts'
import { ServerWorld } from './server-world.ts'
import { openBrowser } from './use-browser.ts'

interface Desk {
  world: ServerWorld
  browser: Browser
}

/** Awaited at a file's top, once; closed when its tests have ended. */
export async function openDesk(options: ServerOptions = {}): Promise<Desk> {
  await buildBundles()
  const browser = await openBrowser()
  afterAll(() => browser.close())
  const world = await ServerWorld.open(options)
  afterAll(() => world.close())
  return { world, browser }
}
