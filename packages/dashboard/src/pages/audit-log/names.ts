import type { ApiKey } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'

export const ROOT = 'root'

const { auditLog } = texts

/** Who did it, as a sentence begins. `keys`: those that the reader may see. */
export function actorName(actor: string, keys: readonly ApiKey[]): string {
  if (actor === ROOT) return auditLog.root
  if (!actor.startsWith('key_')) return auditLog.owner
  return auditLog.key(keys.find(({ id }) => id === actor)?.name ?? shortId(actor))
}

/** Enough of an id to tell it from the others: its end differs first. */
export function shortId(id: string): string {
  const [prefix = '', rest = ''] = id.split('_')
  return `${prefix}_…${rest.slice(-6)}`
}
