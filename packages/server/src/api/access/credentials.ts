/**
 * Whom a token belongs to, asked of the store and remembered for two seconds: a busy key costs one
 * read in that time, not one a request. What is revoked through this node is forgotten at once; other
 * nodes find out when their memory has run out.
 *
 * Never: remembers who is unknown, or a token.
 */
import { SESSION_IDLE_MS, USE_STEP_MS } from '../../access.ts'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Desk } from '../../store/desk.ts'
import type { Caller } from './caller.ts'
import { hashToken, isToken } from './token.ts'

export const REMEMBERED_MS = 2_000
const REMEMBERED_MAX = 10_000

export interface Credentials {
  /** Null: there is no such key or session (any more). */
  byKey(token: string): Caller | null | Promise<Caller | null>
  bySession(token: string): Caller | null | Promise<Caller | null>
  /** Whether the caller would still be let in; no use of its key or session. */
  holds(caller: Caller): Promise<boolean>
  /** To be called after whatever revokes a key or ends a session. */
  forget(): void
  onForget(listener: () => void): void
}

interface CredentialDeps {
  store: Pick<Desk, 'findApiKey' | 'touchApiKey' | 'findSession' | 'touchSession'>
  clock: Clock
  log: Log
  /** What sessions of the root key are minted by: those of another key count no more. */
  rootMark: string
}

interface Remembered {
  caller: Caller
  /** On the monotonic clock. */
  until: number
}

export function createCredentials(deps: CredentialDeps): Credentials {
  const { clock } = deps
  const remembered = new Map<string, Remembered>()
  const asked = new Map<string, Promise<Caller | null>>()
  const forgetting: (() => void)[] = []
  const note = createUseNotes(deps)
  let forgotten = 0

  function find(tokenHash: string, read: Read): Caller | null | Promise<Caller | null> {
    const known = remembered.get(tokenHash)
    if (known && known.until > clock.monotonic()) return known.caller
    return asked.get(tokenHash) ?? ask(tokenHash, read)
  }

  /** Requests of one token that come together share one question. */
  function ask(tokenHash: string, read: Read): Promise<Caller | null> {
    const since = forgotten
    const answer = read(deps, tokenHash)
      .then((caller) => {
        // Read before a revocation, perhaps: not to be remembered after it.
        if (caller && since === forgotten) remember(tokenHash, caller)
        return caller
      })
      .finally(() => {
        if (asked.get(tokenHash) === answer) asked.delete(tokenHash)
      })
    asked.set(tokenHash, answer)
    return answer
  }

  function remember(tokenHash: string, caller: Caller) {
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    remembered.set(tokenHash, { caller, until: clock.monotonic() + REMEMBERED_MS })
  }

  function use(kind: 'key' | 'session', token: string) {
    if (!isToken(kind, token)) return null
    const found = find(hashToken(token), READS[kind])
    if (found instanceof Promise) return found.then(note)
    return note(found)
  }

  return {
    byKey: (token) => use('key', token),
    bySession: (token) => use('session', token),
    async holds(caller) {
      if (caller.tokenHash === null) return true
      return (await find(caller.tokenHash, READS[caller.session ? 'session' : 'key'])) !== null
    },
    forget() {
      forgotten += 1
      remembered.clear()
      asked.clear()
      for (const listener of forgetting) listener()
    },
    onForget: (listener) => void forgetting.push(listener),
  }
}

type Read = (deps: CredentialDeps, tokenHash: string) => Promise<Caller | null>

const READS: Record<'key' | 'session', Read> = {
  async key({ store }, tokenHash) {
    const key = await store.findApiKey(tokenHash)
    if (!key) return null
    const { id, chatbotId } = key
    return { chatbotId, actor: id, mintedBy: id, session: null, tokenHash }
  },
  async session({ store, rootMark }, tokenHash) {
    const session = await store.findSession(tokenHash)
    if (!session) return null
    const { chatbotId, actor, mintedBy } = session
    if (mintedBy.startsWith('root:') && mintedBy !== rootMark) return null
    return { chatbotId, actor, mintedBy, session, tokenHash }
  },
}

/** Tells the store of a use, at most once a minute for each; that it was used never fails a request. */
function createUseNotes({ store, clock, log }: CredentialDeps) {
  const notedAt = new Map<string, number>()
  return (caller: Caller | null): Caller | null => {
    if (!caller) return null
    const { session, actor } = caller
    const id = session ? session.id : actor
    const nowMs = clock.monotonic()
    if (nowMs - (notedAt.get(id) ?? Number.NEGATIVE_INFINITY) < USE_STEP_MS) return caller
    if (notedAt.size >= REMEMBERED_MAX) notedAt.clear()
    notedAt.set(id, nowMs)
    const noted = session ? store.touchSession(id, SESSION_IDLE_MS) : store.touchApiKey(id)
    noted.catch((error: unknown) => log.debug({ error: String(error) }, 'access.use_not_noted'))
    return caller
  }
}
