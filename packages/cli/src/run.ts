/** The command line of who receives: its commands, and the way to those of the server. */
import type { Command } from './command.ts'
import { bulk } from './commands/bulk.ts'
import { chatbots } from './commands/chatbots.ts'
import { check } from './commands/check.ts'
import { completion } from './commands/completion.ts'
import { deliveries } from './commands/deliveries.ts'
import { events } from './commands/events.ts'
import { leads } from './commands/leads.ts'
import { listen } from './commands/listen.ts'
import { recover } from './commands/recover.ts'
import { sendWaiting } from './commands/send-waiting.ts'
import { runServerProgram, SERVER_COMMANDS } from './commands/server-program.ts'
import { sign } from './commands/sign.ts'
import { trigger } from './commands/trigger.ts'
import { verify } from './commands/verify.ts'
import { webhooks } from './commands/webhooks.ts'
import { runProgram, type Surroundings } from './program.ts'
import { VERSION } from './version.ts'

const COMMANDS: Command[] = [
  listen,
  check,
  trigger,
  leads,
  events,
  deliveries,
  sendWaiting,
  recover,
  bulk,
  webhooks,
  chatbots,
  verify,
  sign,
  completion(() => COMMANDS),
]

/** Never rejects for what the caller can mend; resolves to the exit code. */
export function run(argv: string[], surroundings: Surroundings = process): Promise<number> {
  const program = {
    name: 'chatzuri',
    version: VERSION,
    commands: COMMANDS.map((command) => ({ ...command, load: async () => command })),
    overview: overview(),
    others: { names: SERVER_COMMANDS, run: runServerProgram },
  }
  return runProgram(program, argv, surroundings)
}

function overview(): string {
  const lines = COMMANDS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`)
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
