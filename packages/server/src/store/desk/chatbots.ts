/** Chatbots, as the desk is asked for them. */
import type { Desk } from '../desk.ts'
import { toChatbot } from '../reading/rows.ts'
import { chatbotColumns } from '../reading/settings-columns.ts'
import { madeRow, onceRecord } from './once.ts'
import type { DeskParts } from './parts.ts'

export function chatbotDesk(parts: DeskParts) {
  const { calls } = parts
  return {
    createChatbot: async ({ id, once, ...settings }, audit) => {
      const values = { id, columns: chatbotColumns(settings), once: onceRecord(parts, once) }
      const row = madeRow(await calls.createChatbot(values, audit))
      return typeof row === 'string' ? row : toChatbot(row)
    },
    updateChatbot: async (id, change, audit, versions) => {
      const patch = { id, columns: chatbotColumns(change), ...(versions && { versions }) }
      const row = await calls.updateChatbot(patch, audit)
      return row === null || typeof row === 'string' ? row : toChatbot(row)
    },
    deleteChatbot: (id, audit, versions) =>
      calls.deleteChatbot({ id, ...(versions && { versions }) }, audit),
  } satisfies Partial<Desk>
}
