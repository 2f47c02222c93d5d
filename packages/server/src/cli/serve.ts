/** `serve`: reads the settings, starts the server, says so, and stops it in good order. */
import { type Command, EXIT } from 'chatzuri/command-line'
import { systemClock } from '../clock.ts'
import { createLog, type Log } from '../log.ts'
import { withoutRepeats } from '../log-repeats.ts'
import { type Server, startServer } from '../main.ts'
import { systemRandom } from '../random.ts'
import { type Config, readConfig } from '../settings/config.ts'
import { type Keys, loadKeys } from '../settings/keys.ts'
import { presentKeyOf } from '../store/looking/present-key.ts'
import { lockFolder } from '../store/sqlite/file/folder-lock.ts'
import { VERSION } from '../version.ts'
import { settingsText } from './settings-text.ts'
import { isUnderNpm, STOP_TEXT, stopOnSignals } from './stop-signals.ts'
import { assertStoreIsThere } from './store-is-there.ts'
import { assertNoUnfinishedRestore } from './unfinished-restore.ts'

export const serve: Command = {
  name: 'serve',
  usage: '',
  about: 'The server: takes leads in, signs them, delivers them, and shows what happened.',
  argumentsMax: 0,
  options: {},
  notes: `${settingsText()}

${STOP_TEXT}`,
  async run({ env, flag }) {
    await start(readConfig(env), { banner: process.stderr.isTTY && !flag('json') })
    return EXIT.done
  },
}

async function start(config: Config, { banner }: { banner: boolean }): Promise<void> {
  if (config.databaseUrl === null) {
    assertNoUnfinishedRestore(config.dataDir)
    assertStoreIsThere(config.dataDir)
  }
  const log = withoutRepeats(createLog(config.logLevel), systemClock)
  const stopping = stopOnSignals({ log, clock: systemClock, underNpm: isUnderNpm(process.env) })
  const keys = loadKeys(config, { random: systemRandom, presentKeyOf, alone })
  const starting = startServer({
    config,
    keys,
    log,
    giveUp: stopping.asked,
    onFatal: (why) => endNow(why, log),
  })
  const server = await starting.catch((error) => {
    // Not ready, nothing taken in: to be asked to stop is no failure.
    if (stopping.asked.aborted) return null
    throw error
  })
  if (server === null) return stopping.stopped()
  // At every log level: scripts wait for this line.
  process.stdout.write(`${readyLine(server.url)}\n`)
  if (banner) process.stderr.write(bannerText(server, keys))
  stopping.stops(server)
}

function alone<T>(dataDir: string, work: () => T): T {
  const unlock = lockFolder(dataDir)
  try {
    return work()
  } finally {
    unlock()
  }
}

/** What is open is cut: it is sent again after the next start, with the same id. */
function endNow(sentence: string, log: Log): never {
  log.error({ error: sentence }, 'server.failed')
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

function readyLine(url: string): string {
  return JSON.stringify({
    level: 30,
    time: new Date(systemClock.now()).toISOString(),
    msg: `listening on ${url}`,
  })
}

function bannerText(server: Server, keys: Keys): string {
  const key = keys.adminKeyPath
    ? `the operator's key is in ${keys.adminKeyPath}`
    : 'the operator key is the one in ADMIN_KEY'
  return `
  Chatzuri ${VERSION} is ready
  Open     ${server.publicUrl}
  Sign in  ${key}
  Stop     Ctrl+C

`
}
