import { randomBytes } from 'node:crypto'
import { signedHeaders } from '../check/signatures.ts'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { FORMAT_OPTION, formatOf } from './format.ts'
import { readInput } from './read-input.ts'
import { secretsOf } from './secret.ts'

export const sign: Command = {
  name: 'sign',
  usage: '[FILE] --secret SECRET',
  about: 'Signs a body as the server does, and prints the headers. The body: FILE, or stdin.',
  options: {
    secret: { type: 'string', value: 'SECRET', about: "the webhook's; better in CHATZURI_SECRET" },
    format: FORMAT_OPTION,
    id: { type: 'string', value: 'evt_…', about: 'of webhook-id; default: a new one' },
    timestamp: { type: 'string', value: 'SECONDS', about: 'of webhook-timestamp; default: now' },
  },
  notes: `The bytes are signed as they are, a newline at the end included (printf '%s', not echo). Of a format
only x-chatzuri-signature is another: event has sha256= and HMAC-SHA256 there.

  printf '%s' '{"eventType":"lead.submit"}' | chatzuri sign --secret whsec_…
  curl -H @<(chatzuri sign body.json) --data-binary @body.json http://localhost:3000/hook

They are lines of headers also in a pipe; --json makes them one object.`,
  async run(given) {
    const { secret, previousSecret } = secretsOf(given, 'sign')
    const timestampSeconds = Number(given.text('timestamp') ?? Math.floor(Date.now() / 1000))
    if (!Number.isInteger(timestampSeconds))
      throw usageError('--timestamp is a number of Unix seconds.')
    const format = formatOf(given)
    const id = given.text('id') ?? `evt_${randomBytes(13).toString('hex')}`
    const body = (await readInput(given.positionals)).toString('utf8')
    const headers = signedHeaders({ id, timestampSeconds, body, format }, secret, previousSecret)
    // In a pipe, too, they are headers: curl reads them so.
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    given.out.line(given.flag('json') ? JSON.stringify(headers) : lines.join('\n'))
    return EXIT.done
  },
}
