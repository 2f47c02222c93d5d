/** The command line: the first word chooses the command; what goes wrong is one sentence and an exit code. */
import { type Command, helpText, parseGiven } from './command.ts'
import { CommandError, EXIT, usageError } from './command-error.ts'
import { check } from './commands/check.ts'
import { deliveries } from './commands/deliveries.ts'
import { listen } from './commands/listen.ts'
import { recover } from './commands/recover.ts'
import { runServerProgram, SERVER_COMMANDS } from './commands/server-program.ts'
import { sign } from './commands/sign.ts'
import { trigger } from './commands/trigger.ts'
import { verify } from './commands/verify.ts'
import { createOutput, type Streams } from './output.ts'
import { VERSION } from './version.ts'

const COMMANDS: Command[] = [listen, check, trigger, deliveries, recover, verify, sign]

export interface World extends Streams {
  env: NodeJS.ProcessEnv
}

/** Never rejects for what the caller can mend; resolves to the exit code. */
export async function run(argv: string[], world: World = process): Promise<number> {
  const { stdout, stderr, env } = world
  const json = argv.includes('--json') || stdout.isTTY !== true
  try {
    return await runCommand(argv, { env, out: createOutput({ stdout, stderr }, { json }) })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const { exitCode, message } = error
    if (argv.includes('--json')) stdout.write(`${JSON.stringify({ error: message, exitCode })}\n`)
    stderr.write(`${message}\n`)
    return exitCode
  }
}

async function runCommand(
  argv: string[],
  world: Pick<World, 'env'> & { out: ReturnType<typeof createOutput> },
) {
  const [word, ...rest] = argv
  if (word === undefined || ['help', '--help', '-h'].includes(word)) {
    world.out.line(overview())
    return word === undefined ? EXIT.usage : EXIT.done
  }
  if (word === '--version' || word === '-v') {
    world.out.line(VERSION)
    return EXIT.done
  }
  if (SERVER_COMMANDS.includes(word)) return runServerProgram(argv)
  const command = COMMANDS.find(({ name }) => name === word)
  if (!command)
    throw usageError(`There is no command "${word}": \`chatzuri --help\` lists what there is.`)
  const given = parseGiven(command, rest, world)
  if (given !== null) return command.run(given)
  world.out.line(helpText(command))
  return EXIT.done
}

function overview(): string {
  const lines = COMMANDS.map(({ name, about }) => `  ${name.padEnd(11)} ${about}`)
  return `The command line of Chatzuri, the webhook server for chatbots.

Usage: chatzuri COMMAND …; chatzuri COMMAND --help tells more

${lines.join('\n')}

With @chatzuri/server installed beside it: ${SERVER_COMMANDS.join(', ')}.

CHATZURI_URL     the server; default http://localhost:8080
CHATZURI_KEY     a key of the server
CHATZURI_SECRET  a webhook's secret, for check, verify and sign

Tables on a terminal, JSON lines in a pipe or with --json.
Exit codes: 0 done, 1 the answer is no, 2 asked wrongly, 3 the server refused, 4 no server answered.`
}
