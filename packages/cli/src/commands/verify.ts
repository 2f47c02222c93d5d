import { SignatureError, verify as verifySignature } from '@chatzuri/webhooks'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { readInput } from './read-input.ts'

export const verify: Command = {
  name: 'verify',
  usage: "[FILE] --header 'name: value' … --secret SECRET",
  about: 'Is this body signed with this secret? The body: FILE, or stdin.',
  options: {
    header: {
      type: 'string',
      multiple: true,
      value: "'name: value'",
      about: 'of the request; once for each',
    },
    secret: {
      type: 'string',
      multiple: true,
      value: 'SECRET',
      about: "the webhook's, more than once for several; better in CHATZURI_SECRET",
    },
    tolerance: {
      type: 'string',
      value: 'SECONDS',
      about: 'how old webhook-timestamp may be; default 0: not looked at',
    },
  },
  notes: 'Exit code: 0 it is, 1 it is not (the reason on stdout), 2 asked wrongly.',
  async run(given) {
    const flags = given.texts('secret')
    const secrets = flags.length > 0 ? flags : (given.env.CHATZURI_SECRET ?? '')
    if (secrets.length === 0)
      throw usageError('verify needs a secret, in --secret or CHATZURI_SECRET.')
    const headers = Object.fromEntries(given.texts('header').map(parseHeader))
    const toleranceSeconds = Number(given.text('tolerance') ?? 0)
    const body = await readInput(given.positionals)
    try {
      const event = await verifySignature(body, headers, secrets, {
        toleranceSeconds,
        // It is asked of what somebody has before them, which is often one header out of two.
        require: 'either',
      })
      given.out.value({ verified: true, event }, () => {
        const type = 'event' in event ? event.event : event.eventType
        return `Signed right: ${type}.`
      })
      return EXIT.done
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error
      const { code, message } = error
      given.out.value({ verified: false, code, message }, () => `${code}: ${message}`)
      return EXIT.no
    }
  },
}

function parseHeader(text: string): [name: string, value: string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw usageError(`--header takes 'name: value', not "${text}".`)
  return [name.toLowerCase(), value]
}
