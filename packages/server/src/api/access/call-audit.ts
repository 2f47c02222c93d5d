/** What the audit log says of a call: who, from where, to what, and which fields were given. */
import type { FastifyRequest } from 'fastify'
import type { AuditAction } from '../../audit.ts'
import { assert } from '../../errors.ts'
import type { Ids } from '../../id.ts'
import type { NewAuditEntry } from '../../store/desk.ts'

/** What the path doesn't tell: of something new, its own id. */
interface AuditSubject {
  targetId?: string | null
  chatbotId?: string | null
}

export type AuditOf = (subject?: AuditSubject) => NewAuditEntry

interface Audited {
  route: { audit?: AuditAction; operationId: string }
  request: FastifyRequest
  ids: Ids
  /** Empty: the path has none. */
  id: string
  chatbotId: string | null
  body: unknown
}

export function auditOf({ route, request, ids, id, chatbotId, body }: Audited): AuditOf {
  return (subject = {}) => {
    const { caller } = request
    assert(route.audit, `${route.operationId} is in the audit log`)
    return {
      id: ids.next('audit'),
      action: route.audit,
      actor: caller?.actor ?? '',
      sessionId: caller?.session?.id ?? null,
      chatbotId,
      targetId: id === '' ? null : id,
      fields: typeof body === 'object' && body !== null ? Object.keys(body) : [],
      address: request.ip,
      ...subject,
    }
  }
}
