/**
 * Holds a chatbot's caller to its chatbot, before anything else looks at the request. A thing of
 * somebody else's is answered as one that isn't there, by the same way through the same code: one
 * read says whose it is, and no answer tells "not there" from "not yours".
 */
import { assert } from '../../errors.ts'
import type { Desk, OwnedKind } from '../../store/desk.ts'
import { apiError, notFound } from '../shapes/error-answer.ts'
import type { Access } from './auth.ts'
import type { Caller } from './caller.ts'

export type Owners = Pick<Desk, 'chatbotOf'>

/** An id of the right shape that is nobody's: what a foreign chatbot's id is taken for. */
const NOBODY = `bot_${'0'.repeat(26)}`

/** Throws a 403 where only an operator may call. */
export function refuseChatbots(access: Access, caller: Caller) {
  if (access === 'operator' && caller.chatbotId !== null) throw apiError('forbidden')
}

/** The chatbot that the id belongs to; null: it is no chatbot's (some keys), or not there. */
export function ownerOf(
  owners: Owners,
  { kind, id }: { kind: OwnedKind; id: string },
): string | null | Promise<string | null> {
  return kind === 'chatbot' ? id : owners.chatbotOf(kind, id)
}

/** Throws a 404 unless what `{id}` names is there, and the caller's. */
export function refuseForeign(caller: Caller, kind: OwnedKind, owner: string | null) {
  const { chatbotId } = caller
  // An operator reaches whatever has an owner: what a deleted chatbot left behind has none.
  const isReachable = chatbotId === null ? owner !== null || kind === 'key' : owner === chatbotId
  if (!isReachable) throw notFound(kind)
}

/** What the caller asked for, with the `chatbotId` that it may ask for. */
export function held<Input>(caller: Caller, input: Input): Input {
  if (caller.chatbotId === null) return input
  assert(typeof input === 'object' && input !== null, 'a filter is an object')
  const asked = 'chatbotId' in input ? input.chatbotId : undefined
  const isOwn = asked === undefined || asked === caller.chatbotId
  return { ...input, chatbotId: isOwn ? caller.chatbotId : NOBODY }
}
