/**
 * A real Chromium for the tests. It is the machine's own: found by `CHROMIUM_PATH`, on the PATH or at
 * a known place. Where there is none, root on Debian installs it; anybody else gets one sentence that
 * says what to install.
 */
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, type BrowserServer, chromium, type LaunchOptions } from 'playwright-core'

/** First the one that has no windows: with it these tests take half the processor's time. */
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
]
const PLACES = [
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
/** It asks no other host for anything, and runs as root in a container too. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const INSTALL_MS_MAX = 600_000
/** Whoever waited for the lock finds it there; whatever else holds apt's own lock is waited for. */
const APT = 'apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300'
const INSTALL = `command -v chromium-headless-shell || command -v chromium || { apt-get update -qq &&
  { ${APT} chromium-headless-shell || ${APT} chromium; }; }`

/** The caller closes it. */
export function launchBrowser(): Promise<Browser> {
  return started((options) => chromium.launch(options))
}

/** For others to connect to. The caller closes it. */
export function serveBrowser(): Promise<BrowserServer> {
  return started((options) => chromium.launchServer({ ...options, host: '127.0.0.1' }))
}

async function started<Started>(
  start: (options: LaunchOptions) => Promise<Started>,
): Promise<Started> {
  const executablePath = findBrowser() ?? (await installBrowser())
  try {
    return await start({ executablePath, headless: true, args: FLAGS })
  } catch (cause) {
    // Ubuntu's package holds no browser, only a program that says where to get one.
    throw new Error(`${executablePath} doesn't start. ${MISSING}`, { cause })
  }
}

function findBrowser(): string | null {
  const given = process.env.CHROMIUM_PATH
  if (given !== undefined && given !== '') {
    if (isExecutable(given)) return given
    throw new Error(`CHROMIUM_PATH is ${given}, which is no program that can be run.`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter)
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...onPath, ...PLACES].find(isExecutable) ?? null
}

/** Not synchronously: a test process that says nothing for a minute is given up. */
async function installBrowser(): Promise<string> {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) throw new Error(MISSING)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    // One after the other: test files run side by side, and apt takes no two at once.
    const lock = join(tmpdir(), 'chatzuri-browser.lock')
    await promisify(execFile)('flock', [lock, 'sh', '-c', INSTALL], {
      env,
      timeout: INSTALL_MS_MAX,
    })
  } catch (cause) {
    throw new Error(`Installing it failed. ${MISSING}`, { cause })
  }
  const installed = findBrowser()
  if (installed === null) throw new Error(MISSING)
  return installed
}

const MISSING =
  'The browser tests need Chromium or Chrome: install it (Debian: apt-get install chromium), or set CHROMIUM_PATH to its program.'

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
