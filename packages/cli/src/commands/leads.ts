import { openApi } from '../api.ts'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { printable } from '../output.ts'
import { LIMIT_OPTION, printList, queryOf } from '../paging.ts'
import { SPAN_OPTIONS, spanOf } from '../span.ts'

const COLUMNS = ['id', 'createdAt', 'customerName', 'customerEmail', 'customerPhone']

export const leads: Command = {
  name: 'leads',
  usage: 'list | show lead_…',
  about: 'Finds leads, and shows one with what became of it.',
  options: {
    q: {
      type: 'string',
      value: 'TEXT',
      about: 'list: an id, words of a name, an email or its domain, a phone',
    },
    chatbot: { type: 'string', value: 'bot_…', about: 'list: of this chatbot' },
    state: {
      type: 'string',
      multiple: true,
      value: 'STATE',
      about:
        'list: whose worst delivery is delivered, pending, retrying, parked, exhausted, …; may be repeated',
    },
    ...SPAN_OPTIONS,
    ...LIMIT_OPTION,
  },
  async run(given) {
    const [action, id, more] = given.positionals
    const api = openApi(given.env)
    if (action === 'list' && id === undefined) {
      const query = queryOf(given, { q: 'q', chatbot: 'chatbotId', state: 'deliveryState' })
      const listed = { api, path: '/api/v1/leads', columns: COLUMNS, noun: 'leads' }
      await printList(given, { ...listed, query: spanOf(given, query) })
      return EXIT.done
    }
    if (action === 'show' && id !== undefined && more === undefined) {
      const lead = await api.get(`/api/v1/leads/${encodeURIComponent(id)}`)
      given.out.value(lead, () => detailText(lead))
      return EXIT.done
    }
    throw usageError('leads takes list, or show lead_….')
  },
}

/** One field a line; what is within is JSON. */
export function detailText(value: Record<string, unknown>): string {
  const shown = Object.entries(value).filter(([, field]) => field !== null && field !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown
    .map(([name, field]) => {
      const text = typeof field === 'string' ? field : JSON.stringify(field)
      return `${name.padEnd(width)}  ${printable(text)}`
    })
    .join('\n')
}
