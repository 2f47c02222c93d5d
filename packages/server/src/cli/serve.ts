/** `serve`: reads the settings, starts the server, says so, and stops it in good order. */
import { type Command, EXIT } from 'chatzuri/command-line'
import { systemClock } from '../clock.ts'
import { type Config, readConfig } from '../config.ts'
import { type Keys, loadKeys } from '../keys.ts'
import { createLog, type Log } from '../log.ts'
import { type Server, startServer } from '../main.ts'
import { systemRandom } from '../random.ts'
import { presentKeyOf } from '../store/present-key.ts'
import { lockFolder } from '../store/sqlite/folder-lock.ts'
import { VERSION } from '../version.ts'
import { settingsText } from './settings-text.ts'
import { assertStoreIsThere } from './store-is-there.ts'
import { assertNoUnfinishedRestore } from './unfinished-restore.ts'

export const serve: Command = {
  name: 'serve',
  usage: '',
  about: 'The server: takes leads in, signs them, delivers them, and shows what happened.',
  argumentsMax: 0,
  options: {},
  notes: settingsText(),
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
  const log = createLog(config.logLevel)
  const keys = loadKeys(config, { random: systemRandom, presentKeyOf, alone })
  const server = await startServer({ config, keys, log, onFatal: (why) => endNow(why, log) })
  // At every log level: scripts wait for this line.
  process.stdout.write(`${readyLine(server.url)}\n`)
  if (banner) process.stderr.write(bannerText(server, keys))
  stopOnSignals(server, log)
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

/** The first signal lets open attempts end; the second cuts them. */
function stopOnSignals(server: Server, log: Log): void {
  let stopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) {
      log.warn({ signal }, 'server.cut')
      return server.cut()
    }
    stopping = true
    log.info({ signal }, 'server.stopping')
    server.stop().then(
      () => {
        log.info({}, 'server.stopped')
        process.exitCode = 0
        process.off('SIGTERM', onSignal)
        process.off('SIGINT', onSignal)
      },
      (error) => {
        log.error({ error: String(error) }, 'server.stop_failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
