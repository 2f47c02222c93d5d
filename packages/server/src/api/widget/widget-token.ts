/**
 * What a visitor's page shows to hand in a lead: which chatbot, which conversation, since when. It is
 * signed and kept nowhere, so a conversation that comes to nothing costs no row, and any node takes
 * what another one gave out. It says nothing secret, and allows nothing but to leave one's details.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface WidgetTokens {
  issue(conversation: { chatbotId: string } & Opened): string
  /** Null: not ours, or another chatbot's. */
  open(token: string, chatbotId: string): Opened | null
}

interface Opened {
  conversationId: string
  issuedAt: number
  /** The mark of the consent that the page was given to ask for; empty: none. */
  shown: string
}

const FORMAT = 'w1'
/** With the mark of a consent, before the signature. */
const FORMAT_WITH_MARK = 'w2'
const MAC_BYTES = 32
export const TOKEN_LENGTH_MAX = 200

export function createWidgetTokens(key: Buffer): WidgetTokens {
  const mac = (signed: string) => createHmac('sha256', key).update(signed).digest()
  return {
    issue({ chatbotId, conversationId, issuedAt, shown }) {
      const parts = [chatbotId, conversationId, issuedAt.toString(36)]
      const signed = (shown === '' ? [FORMAT, ...parts] : [FORMAT_WITH_MARK, ...parts, shown]).join(
        '.',
      )
      return `${signed}.${mac(signed).toString('base64url')}`
    },
    open(token, chatbotId) {
      const parts = token.split('.')
      const [format, ofChatbot, conversationId = '', issuedAt = ''] = parts
      const isMarked = format === FORMAT_WITH_MARK
      const [shown = '', given = ''] = isMarked ? parts.slice(4) : ['', parts[4]]
      if (parts.length !== (isMarked ? 6 : 5) || ofChatbot !== chatbotId) return null
      if (!isMarked && format !== FORMAT) return null
      const bytes = Buffer.from(given, 'base64url')
      // One spelling only: base64 has several for the same bytes.
      if (bytes.toString('base64url') !== given || bytes.length !== MAC_BYTES) return null
      const signed = parts.slice(0, -1).join('.')
      if (!timingSafeEqual(bytes, mac(signed))) return null
      return { conversationId, issuedAt: Number.parseInt(issuedAt, 36), shown }
    },
  }
}
