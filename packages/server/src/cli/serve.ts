/** `serve`: reads the settings, starts the server, says so, and stops it in good order. */
import { parseArgs } from 'node:util'
import { systemClock } from '../clock.ts'
import { type Config, readConfig, SETTINGS } from '../config.ts'
import { StartError, StoreUnavailable } from '../errors.ts'
import { type Keys, loadKeys } from '../keys.ts'
import { createLog, type Log } from '../log.ts'
import { type Server, startServer } from '../main.ts'
import { systemRandom } from '../random.ts'
import { VERSION } from '../version.ts'

/** Never rejects: what stops the start is one sentence on stderr and exit code 1. */
export async function serve(argv: string[]): Promise<void> {
  try {
    const { values } = parseArguments(argv)
    if (values.help) return console.log(helpText())
    if (values.version) return console.log(VERSION)
    await start(readConfig(process.env))
  } catch (error) {
    // A disk that is full or broken shows at the first write of the start.
    if (!(error instanceof StartError || error instanceof StoreUnavailable)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

function parseArguments(argv: string[]) {
  try {
    return parseArgs({
      args: argv[0] === 'serve' ? argv.slice(1) : argv,
      options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`${reason.split('.')[0]}. \`serve --help\` lists what there is.`)
  }
}

async function start(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  const keys = loadKeys(config, systemRandom)
  const server = await startServer({ config, keys, log })
  // At every log level: scripts wait for this line.
  process.stdout.write(`${readyLine(server.url)}\n`)
  if (process.stderr.isTTY) process.stderr.write(bannerText(server, keys))
  stopOnSignals(server, log)
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

function helpText(): string {
  const width = Math.max(...SETTINGS.map((setting) => setting.name.length))
  const lines = SETTINGS.map(({ name, default: value, meaning }) => {
    const shown = value === '' ? '' : ` (${value})`
    return `  ${name.padEnd(width)}  ${meaning}${shown}`
  })
  return `Chatzuri ${VERSION}: takes leads in, signs them, delivers them, and shows what happened.

Usage: npm start            from the repository
     chatzuri-server      where it is installed

Commands:
  serve      the server (as without a command)
  migrate    copies a store to another; \`migrate --help\` says how
  keys       changes the encryption key while serving
  erase      after a restore, erases again who was erased

Options:
  -h, --help      this text
  -v, --version   the version

Settings come from the environment:
${lines.join('\n')}
`
}
