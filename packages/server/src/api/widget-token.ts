/**
 * What a visitor's page shows to hand in a lead: which chatbot, which conversation, since when. It is
 * signed and kept nowhere, so a conversation that comes to nothing costs no row, and any node takes
 * what another one gave out. It says nothing secret, and allows nothing but to leave one's details.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

export interface WidgetTokens {
  issue(conversation: { chatbotId: string; conversationId: string; issuedAt: number }): string
  /** Null: not ours, or another chatbot's. */
  open(token: string, chatbotId: string): { conversationId: string; issuedAt: number } | null
}

const FORMAT = 'w1'
export const TOKEN_LENGTH_MAX = 200

/** `key`: the one that encrypts secrets; what signs is derived from it (RFC 5869) and is another. */
export function createWidgetTokens(key: Buffer): WidgetTokens {
  const ownKey = Buffer.from(hkdfSync('sha256', key, '', 'chatzuri widget token 1', 32))
  const mac = (signed: string) => createHmac('sha256', ownKey).update(signed).digest()
  return {
    issue({ chatbotId, conversationId, issuedAt }) {
      const signed = [FORMAT, chatbotId, conversationId, issuedAt.toString(36)].join('.')
      return `${signed}.${mac(signed).toString('base64url')}`
    },
    open(token, chatbotId) {
      const parts = token.split('.')
      const [format, ofChatbot, conversationId = '', issuedAt = '', given = ''] = parts
      if (parts.length !== 5 || format !== FORMAT || ofChatbot !== chatbotId) return null
      const expected = mac(parts.slice(0, 4).join('.'))
      const bytes = Buffer.from(given, 'base64url')
      // One spelling only: base64 has several for the same bytes.
      if (bytes.toString('base64url') !== given || bytes.length !== expected.length) return null
      if (!timingSafeEqual(bytes, expected)) return null
      return { conversationId, issuedAt: Number.parseInt(issuedAt, 36) }
    },
  }
}
