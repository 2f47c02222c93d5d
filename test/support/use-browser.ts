import { type Browser, chromium } from 'playwright-core'
import { sharedAddress } from './shared-address.ts'

/** The Chromium that this run's files share; to close it closes what was opened by this connection. */
export async function openBrowser(): Promise<Browser> {
  return chromium.connect(await sharedAddress('browser'))
}
