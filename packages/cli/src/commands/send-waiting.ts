import { openApi } from '../api.ts'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'

export const sendWaiting: Command = {
  name: 'send-waiting',
  usage: 'wh_…',
  about: 'Sends now what waits for the next attempt at a webhook.',
  options: {},
  async run(given) {
    const [webhook, more] = given.positionals
    if (webhook === undefined || more !== undefined) {
      throw usageError('send-waiting needs one webhook: chatzuri send-waiting wh_….')
    }
    const path = `/api/v1/webhooks/${encodeURIComponent(webhook)}/send-waiting`
    const sent = await openApi(given.env).post(path)
    given.out.value(sent, () => sentText(Number(sent.count)))
    return EXIT.done
  },
}

function sentText(count: number): string {
  if (count === 0) return 'Nothing waits for it.'
  const what = count === 1 ? '1 delivery is' : `${count} deliveries are`
  return `${what} sent now, at the pace that the endpoint takes. What fails waits as before.`
}
