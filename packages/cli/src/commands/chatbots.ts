import { openApi } from '../api.ts'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { LIMIT_OPTION, printList, queryOf } from '../paging.ts'

export const chatbots: Command = {
  name: 'chatbots',
  usage: 'list',
  about: 'Lists chatbots, for --chatbot elsewhere.',
  options: {
    q: { type: 'string', value: 'TEXT', about: 'with this in their names' },
    ...LIMIT_OPTION,
  },
  async run(given) {
    const [action, more] = given.positionals
    if (action !== 'list' || more !== undefined) throw usageError('chatbots takes list.')
    await printList(given, {
      api: openApi(given.env),
      path: '/api/v1/chatbots',
      query: queryOf(given, { q: 'q' }),
      columns: ['id', 'name', 'createdAt'],
      noun: 'chatbots',
    })
    return EXIT.done
  },
}
