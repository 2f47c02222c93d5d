import { idTime } from '../../api/id-time.ts'
import type { Lead } from '../../api/schema.ts'

/** Nobody fills the form in faster: the server refuses it. */
const FILLING_MS = 1_000

/**
 * Whether a lead came by the widget, or the hosted page: there a conversation begins when the window is
 * opened, and the lead follows. Who hands in leads by the API has the conversation made with the lead,
 * or names one of their own.
 */
export function isFromWidget({ id, conversationId }: Pick<Lead, 'id' | 'conversationId'>): boolean {
  const [begun, left] = [idTime(conversationId), idTime(id)]
  return begun !== null && left !== null && left - begun >= FILLING_MS
}
