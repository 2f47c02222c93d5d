/** What `keys status` tells: each key, what it still seals, and what an operator does next. */
import type { KeyState } from '../store/looking/look.ts'

export interface KeyReport {
  kind: 'keys'
  /** The key that was the last to begin to seal. */
  present: string | null
  keys: {
    id: string
    /** With our settings a server seals with it, only opens with it, or doesn't have it. */
    role: 'seals' | 'opens' | 'missing'
    /** How many webhooks it seals something of. */
    webhooks: number
    /** Servers that run and seal with it. */
    servers: number
  }[]
  /** Nothing needs another key than the present one. */
  done: boolean
  next: string
}

export function reportKeys(state: KeyState, ownIds: string[], hasFiles: boolean): KeyReport {
  const { present, counts, nodes } = state
  const sealing = nodes.map(({ keys }) => keys[0] ?? '')
  const ids = new Set([
    ...ownIds,
    ...(present === null ? [] : [present]),
    ...counts.keys(),
    ...sealing.filter((id) => id !== ''),
  ])
  const keys = [...ids].map((id) => ({
    id,
    role: roleOf(id, ownIds),
    webhooks: counts.get(id) ?? 0,
    servers: sealing.filter((each) => each === id).length,
  }))
  const isIdle = keys.every(
    ({ id, webhooks, servers }) => id === present || webhooks + servers === 0,
  )
  const done = isIdle && ownIds[0] === present
  return { kind: 'keys', present, keys, done, next: nextStep({ state, ownIds, hasFiles, keys }) }
}

function roleOf(id: string, [seals, ...opens]: string[]): KeyReport['keys'][number]['role'] {
  if (id === seals) return 'seals'
  return opens.includes(id) ? 'opens' : 'missing'
}

function nextStep(known: {
  state: KeyState
  ownIds: string[]
  hasFiles: boolean
  keys: KeyReport['keys']
}): string {
  const { state, ownIds, hasFiles, keys } = known
  const { present, nodes } = state
  const [own] = ownIds
  if (present === null) return 'No server has used this store yet.'
  if (own === undefined) {
    return `These settings have no encryption key; the store's is ${present}, which its server has from ENCRYPTION_KEY: give this command the same.`
  }
  const missing = keys.find(({ role, webhooks }) => role === 'missing' && webhooks > 0)
  if (missing) {
    return `These settings lack the key ${missing.id}, which still seals secrets of ${missing.webhooks} webhooks: give it in ENCRYPTION_KEYS_TO_OPEN.`
  }
  const blind = nodes.filter((node) => node.keys.length > 0 && own && !node.keys.includes(own))
  if (blind.length > 0) {
    return `${blind.length} of ${nodes.length} servers can't open what ${own} seals yet: restart them with it in ENCRYPTION_KEYS_TO_OPEN, before any server seals with it.`
  }
  const behind = keys.filter(({ id, servers }) => id !== present && servers > 0)
  if (behind.length > 0) {
    return `Servers still seal with another key than ${present}: restart them with ENCRYPTION_KEY set to that one. Keep all keys.`
  }
  if (own !== present) {
    return hasFiles
      ? `${own} has not sealed anything yet: a server on this folder takes it within seconds; without one, run \`keys rotate\` again.`
      : `${own} has not sealed anything yet: when every server opens it, restart them with it as ENCRYPTION_KEY.`
  }
  const left = keys.reduce((sum, { id, webhooks }) => sum + (id === present ? 0 : webhooks), 0)
  if (left > 0) {
    return `Secrets of ${left} webhooks are still to be sealed anew; a server that delivers does it by itself. Keep all keys.`
  }
  if (ownIds.length > 1 && !hasFiles) {
    return `Nothing needs another key than ${present}: take the others out of ENCRYPTION_KEYS_TO_OPEN. Backups that were made before still need them.`
  }
  const kept = hasFiles
    ? ' Keys of earlier rotations are kept in encryption-keys-retired beside the key, opened by nothing: delete that file when no backup needs them.'
    : ''
  return `Nothing needs another key than ${present}. Backups that were made before still need theirs.${kept}`
}
