import { openApi } from '../api.ts'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { LIMIT_OPTION, printList, queryOf } from '../paging.ts'
import { SPAN_OPTIONS, spanOf } from '../span.ts'
import { detailText } from './leads.ts'

export const events: Command = {
  name: 'events',
  usage: 'list | show evt_… | send evt_… --webhook wh_…',
  about: 'Lists events, shows one with its deliveries, sends one to a webhook that did not get it.',
  options: {
    chatbot: { type: 'string', value: 'bot_…', about: 'list: of this chatbot' },
    type: { type: 'string', value: 'TYPE', about: 'list: of this event type' },
    webhook: { type: 'string', value: 'wh_…', about: 'send: to this webhook' },
    ...SPAN_OPTIONS,
    ...LIMIT_OPTION,
  },
  async run(given) {
    const [action, id, more] = given.positionals
    const api = openApi(given.env)
    if (action === 'list' && id === undefined) {
      const query = queryOf(given, { chatbot: 'chatbotId', type: 'eventType' })
      const columns = ['id', 'createdAt', 'eventType', 'chatbotId']
      const listed = { api, path: '/api/v1/events', columns, noun: 'events' }
      await printList(given, { ...listed, query: spanOf(given, query) })
      return EXIT.done
    }
    if (action === 'show' && id !== undefined && more === undefined) {
      const event = await api.get(`/api/v1/events/${encodeURIComponent(id)}`)
      given.out.value(event, () => detailText(event))
      return EXIT.done
    }
    const webhookId = given.text('webhook')
    if (action === 'send' && id !== undefined && more === undefined && webhookId !== undefined) {
      const sent = await api.post(`/api/v1/events/${encodeURIComponent(id)}/send`, { webhookId })
      given.out.value(sent, () => `On its way as ${sent.deliveryId}.`)
      return EXIT.done
    }
    throw usageError('events takes list, show evt_…, or send evt_… --webhook wh_….')
  },
}
