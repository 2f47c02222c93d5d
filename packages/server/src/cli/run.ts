/** The commands of the server. Each is loaded when it is called; without a name it is `serve`. */
import { type ListedCommand, runProgram, type Surroundings } from 'chatzuri/command-line'
import { StartError, StoreUnavailable } from '../errors.ts'
import { VERSION } from '../version.ts'
import { settingsText } from './settings-text.ts'
import { endOnSignals } from './stop-signals.ts'

export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'serve',
    about: 'the server (as without a command)',
    load: async () => {
      endOnSignals()
      return (await import('./serve.ts')).serve
    },
  },
  {
    name: 'backup',
    about: 'writes the embedded store into a file, also while the server runs',
    load: async () => (await import('./backup.ts')).backup,
  },
  {
    name: 'restore',
    about: 'makes an empty DATA_DIR the store that a backup holds',
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'hold',
    about: 'pauses every webhook of a restored store, before a server starts',
    load: async () => (await import('./hold.ts')).hold,
  },
  {
    name: 'migrate',
    about: 'copies a store to another, as to PostgreSQL',
    load: async () => (await import('./migrate.ts')).migrate,
  },
  {
    name: 'keys',
    about: 'tells of the encryption keys, and changes them while serving',
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'erase',
    about: 'after a restore, erases again who was erased',
    load: async () => (await import('./erase.ts')).erase,
  },
]

/** Never rejects for what an operator can mend; resolves to the exit code. */
export function run(argv: string[], surroundings: Surroundings = process): Promise<number> {
  const program = {
    name: 'chatzuri-server',
    version: VERSION,
    commands: COMMANDS,
    unnamed: 'serve',
    overview: overview(),
    sentenceOf,
  }
  return runProgram(program, argv, surroundings)
}

/** What an operator can mend: a setting, a file, a database, a disk. */
function sentenceOf(error: unknown): string | null {
  if (error instanceof StartError || error instanceof StoreUnavailable) return error.message
  if (!(error instanceof Error)) return null
  const { errcode, syscall, path } = error as NodeJS.ErrnoException & { errcode?: unknown }
  // A file that may not be read, a disk that is full.
  if (typeof syscall === 'string' && typeof path === 'string') {
    return `${path} cannot be used: ${error.message}. When that is mended, run the same command again.`
  }
  if (typeof errcode !== 'number') return null
  return `SQLite can't go on: ${error.message}. When that is mended, run the same command again.`
}

function overview(): string {
  const commands = COMMANDS.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`)
  return `Chatzuri ${VERSION}: takes leads in, signs them, delivers them, and shows what happened.

Usage: npm start                     from the repository
       chatzuri-server [COMMAND …]   where it is installed; chatzuri-server COMMAND --help tells more

Commands:
${commands.join('\n')}

Options:
  -h, --help      this text
  -v, --version   the version

${settingsText()}

Tables on a terminal, JSON in a pipe or with --json.
Exit codes: 0 done, 1 it can't be done (the reason on stderr), 2 asked wrongly.`
}
