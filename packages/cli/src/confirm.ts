/** Asks a person before what can't be taken back, on the terminal; where there is none, --yes says it. */
import { createInterface } from 'node:readline/promises'
import { CommandError, EXIT, usageError } from './command-error.ts'

/** `what`: as in "Delete 2 webhooks". Throws unless it was answered with yes. */
export async function confirm(what: string, unchanged: string): Promise<void> {
  if (!process.stdin.isTTY) throw usageError(`${what}? Without a terminal, say --yes.`)
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await asking.question(`${what}? [y/N] `)
  asking.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError(EXIT.no, unchanged)
}
