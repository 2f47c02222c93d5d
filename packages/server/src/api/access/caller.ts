/** Who calls, as routes see it. */
import type { Session } from '../../access.ts'

export interface Caller {
  /** Null: an operator, who may reach everything; else only what belongs to this chatbot. */
  chatbotId: string | null
  /** For the audit log: `root`, a key's id or an owner link's. */
  actor: string
  /** What a session or link that it starts goes with: a key's id, or the root key's mark. */
  mintedBy: string
  /** Null: with the key itself. */
  session: Session | null
  /** Of its token; null: the root key, which nobody revokes while the server runs. */
  tokenHash: string | null
}

/** Who must be an operator is one: settings of the server are named to nobody else. */
export function readerOf(caller: Caller | null): 'owner' | 'operator' {
  return caller !== null && caller.chatbotId === null ? 'operator' : 'owner'
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on public routes. */
    caller: Caller | null
  }
}
