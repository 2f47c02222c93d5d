/** Chatbots, as the desk is asked for them. */
import type { Desk } from '../desk.ts'
import { toChatbot } from '../reading/rows.ts'
import { chatbotColumns } from '../reading/settings-columns.ts'
import type { DeskParts } from './parts.ts'

export function chatbotDesk({ calls }: DeskParts) {
  return {
    createChatbot: async ({ id, ...settings }, audit) =>
      toChatbot(await calls.createChatbot({ id, columns: chatbotColumns(settings) }, audit)),
    updateChatbot: async (id, change, audit, versions) => {
      const patch = { id, columns: chatbotColumns(change), ...(versions && { versions }) }
      const row = await calls.updateChatbot(patch, audit)
      return row === null || typeof row === 'string' ? row : toChatbot(row)
    },
    deleteChatbot: (id, audit, versions) =>
      calls.deleteChatbot({ id, ...(versions && { versions }) }, audit),
  } satisfies Partial<Desk>
}
