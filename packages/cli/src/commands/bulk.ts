import { openApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { bulkPath, followBulk, overText } from '../follow-bulk.ts'
import { LIMIT_OPTION, printList, queryOf } from '../paging.ts'

const COLUMNS = [
  'id',
  'createdAt',
  'action',
  'webhookId',
  'done',
  'skipped',
  'total',
  'stopped',
  'finishedAt',
]

export const bulk: Command = {
  name: 'bulk',
  usage: 'list | show rcv_… | follow rcv_… | stop rcv_…',
  about: 'What the server does with many at once: lists, shows, follows or stops it.',
  options: {
    chatbot: { type: 'string', value: 'bot_…', about: 'list: of this chatbot' },
    running: { type: 'boolean', about: 'list: only those that are not over' },
    ...LIMIT_OPTION,
  },
  notes: `They are begun by deliveries resend and cancel with a filter, by webhooks backfill, and in the dashboard.
What one that is stopped has done stays done.`,
  async run(given) {
    const [action, id, more] = given.positionals
    if (action === 'list' && id === undefined) return list(given)
    if (given.flag('running') || given.text('chatbot') !== undefined)
      throw usageError('--running and --chatbot narrow bulk list, and nothing else.')
    const act = action === undefined ? undefined : ONE[action]
    if (act === undefined || id === undefined || more !== undefined)
      throw usageError('bulk takes list, show rcv_…, follow rcv_… or stop rcv_….')
    return act(given, id)
  },
}

async function list(given: Given) {
  const query = queryOf(given, { chatbot: 'chatbotId' })
  if (given.flag('running')) query.set('running', 'true')
  const listed = { path: '/api/v1/bulk-actions', columns: COLUMNS, noun: 'bulk actions' }
  await printList(given, { ...listed, api: openApi(given.env), query })
  return EXIT.done
}

const ONE: Record<string, (given: Given, id: string) => ReturnType<Command['run']>> = {
  async show({ env, out }, id) {
    const shown = await openApi(env).get(bulkPath(id))
    out.value(shown, () => stateText(shown))
    return EXIT.done
  },
  follow: (given, id) => followBulk(openApi(given.env), given, id),
  async stop({ env, out }, id) {
    const stopped = await openApi(env).post(`${bulkPath(id)}/stop`)
    out.value(stopped, () => stateText(stopped))
    return EXIT.done
  },
}

function stateText(shown: Record<string, unknown>): string {
  if (shown.finishedAt !== null) return overText(shown)
  const { action, done, skipped, total, more } = shown
  const left = skipped === 0 ? '' : `, ${skipped} left as they are`
  return `${action}: ${done} of ${more ? `${total} or more` : total}${left}; it goes on.`
}
