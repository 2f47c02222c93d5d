/** Chatbots, as the desk is asked for them. */
import type { Desk } from '../desk.ts'
import { toChatbot } from '../reading/rows.ts'
import { chatbotColumns } from '../reading/settings-columns.ts'
import type { DeskParts } from './parts.ts'

export function chatbotDesk({ calls }: DeskParts) {
  return {
    createChatbot: async ({ id, ...settings }, audit) =>
      toChatbot(await calls.createChatbot({ id, columns: chatbotColumns(settings) }, audit)),
    updateChatbot: async (id, change, audit) => {
      const row = await calls.updateChatbot({ id, columns: chatbotColumns(change) }, audit)
      return row && toChatbot(row)
    },
    deleteChatbot: (id, audit) => calls.deleteChatbot(id, audit),
  } satisfies Partial<Desk>
}
