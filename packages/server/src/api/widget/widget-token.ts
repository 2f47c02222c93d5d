/**
 * What a visitor's page shows to hand in a lead: which chatbot, which conversation, since when. It is
 * signed and kept nowhere, so a conversation that comes to nothing costs no row, and any node takes
 * what another one gave out. It says nothing secret, and allows nothing but to leave one's details.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface WidgetTokens {
  issue(conversation: { chatbotId: string; conversationId: string; issuedAt: number }): string
  /** Null: not ours, or another chatbot's. */
  open(token: string, chatbotId: string): { conversationId: string; issuedAt: number } | null
}

const FORMAT = 'w1'
const MAC_BYTES = 32
export const TOKEN_LENGTH_MAX = 200

export function createWidgetTokens(key: Buffer): WidgetTokens {
  const mac = (signed: string) => createHmac('sha256', key).update(signed).digest()
  return {
    issue({ chatbotId, conversationId, issuedAt }) {
      const signed = [FORMAT, chatbotId, conversationId, issuedAt.toString(36)].join('.')
      return `${signed}.${mac(signed).toString('base64url')}`
    },
    open(token, chatbotId) {
      const parts = token.split('.')
      const [format, ofChatbot, conversationId = '', issuedAt = '', given = ''] = parts
      if (parts.length !== 5 || format !== FORMAT || ofChatbot !== chatbotId) return null
      const bytes = Buffer.from(given, 'base64url')
      // One spelling only: base64 has several for the same bytes.
      if (bytes.toString('base64url') !== given || bytes.length !== MAC_BYTES) return null
      const signed = parts.slice(0, 4).join('.')
      if (!timingSafeEqual(bytes, mac(signed))) return null
      return { conversationId, issuedAt: Number.parseInt(issuedAt, 36) }
    },
  }
}
