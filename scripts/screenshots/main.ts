/**
 * `npm run screenshots`: pictures of the dashboard and the widget for the README, in `docs/images`.
 * They are taken of a real server with a day of a small shop's data, always in a window of the same
 * size. A page that this build doesn't have is left out.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchBrowser } from '../../test/support/browser.ts'
import { makeDataDir, removeDataDirs, ServerProcess } from '../../test/support/server-process.ts'
import { type DemoData, fillDemo } from './demo-data.ts'
import { startDemoEndpoints } from './demo-endpoints.ts'
import { drawPast } from './demo-past.ts'
import { takeGallery } from './gallery.ts'
import { Photographer } from './photographer.ts'
import { SHOTS } from './shots.ts'

const ROOT = new URL('../../', import.meta.url)
const IMAGES = fileURLToPath(new URL('docs/images/', ROOT))
const BYTES_MAX = 200_000
const SHOTS_MAX = 12

const pages: string[] = JSON.parse(
  readFileSync(new URL('packages/dashboard/dist/pages.json', ROOT), 'utf8'),
)
/** The first attempts follow each other closely, so that a failure has a history at once. */
const SETTINGS = { RETRY_SCHEDULE: '0s,1s,1s,30m,2h,5h,10h' }

try {
  const [flag, folder, ...only] = process.argv.slice(2)
  if (flag === '--all' && folder !== undefined) await takeGallery(folder, only)
  else await main()
} finally {
  removeDataDirs()
}

async function main(): Promise<void> {
  if (SHOTS.length > SHOTS_MAX) throw new Error(`${SHOTS.length} pictures; ${SHOTS_MAX} at most`)
  const endpoints = await startDemoEndpoints()
  const options = { dataDir: makeDataDir(), settings: SETTINGS }
  const filling = await ServerProcess.start(options)
  const data = await fillDemo(filling, endpoints).finally(() => filling.stop())
  drawPast(options.dataDir)
  const server = await ServerProcess.start(options)
  try {
    await takeAll(server, data)
  } finally {
    await server.stop()
    await endpoints.close()
  }
}

async function takeAll(server: ServerProcess, data: DemoData): Promise<void> {
  mkdirSync(IMAGES, { recursive: true })
  const browser = await launchBrowser()
  try {
    const signedIn = await Photographer.signIn(browser, server)
    for (const shot of SHOTS) {
      const photographer = await Photographer.open(browser, { url: server.url, signedIn, shot })
      const file = `${IMAGES}${shot.name}.png`
      const isTaken = await photographer.take(file, { data, pages })
      await photographer.close()
      if (isTaken) tell(file)
      else console.log(`${shot.name}: left out, this build doesn't have it`)
    }
  } finally {
    await browser.close()
  }
}

function tell(file: string): void {
  const { size } = statSync(file)
  if (size > BYTES_MAX) throw new Error(`${basename(file)} has ${size} bytes; ${BYTES_MAX} at most`)
  console.log(`${basename(file)}: ${Math.round(size / 1000)} kB`)
}
