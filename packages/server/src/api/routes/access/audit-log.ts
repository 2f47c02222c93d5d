/** The audit log: who did what to what, when and from where. Read only. */
import { z } from 'zod'
import { AUDIT_ACTIONS, type AuditEntry } from '../../../audit.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { type Cursors, listPage } from '../../shapes/cursor.ts'
import { isoAt } from '../../shapes/present.ts'
import {
  EXAMPLE_IDS,
  idField,
  idFilter,
  instant,
  isoTime,
  listOf,
  pageQuery,
  text,
} from '../../shapes/schemas.ts'
import { refuseEmptySpan } from '../../shapes/span.ts'

const auditEntrySchema = z
  .object({
    id: idField('audit'),
    at: isoTime,
    action: z.enum(AUDIT_ACTIONS),
    actor: z.string().meta({
      description: "`root` for ADMIN_KEY, else a key's id, or an owner link's.",
      examples: [EXAMPLE_IDS.key],
    }),
    sessionId: idField('session').nullable().meta({ description: 'Null: with the key itself.' }),
    chatbotId: idField('chatbot').nullable(),
    targetId: z
      .string()
      .nullable()
      .meta({ description: 'What it was done to; null: a list.', examples: [EXAMPLE_IDS.webhook] }),
    fields: z
      .array(z.string())
      .meta({ description: 'Names of the fields that were given, never their values.' }),
    address: z.string().meta({ description: "The client's, as trusted proxies tell it." }),
  })
  .meta({ id: 'AuditEntry' })

const ENTRY_EXAMPLE: z.infer<typeof auditEntrySchema> = {
  id: EXAMPLE_IDS.audit,
  at: '2026-09-14T09:30:12.345Z',
  action: 'webhook.updated',
  actor: EXAMPLE_IDS.key,
  sessionId: null,
  chatbotId: EXAMPLE_IDS.chatbot,
  targetId: EXAMPLE_IDS.webhook,
  fields: ['url', 'timeoutSeconds'],
  address: '203.0.113.7',
}

export function auditLogRoutes({ store }: ApiDeps, cursors: Cursors): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/audit-log',
      operationId: 'listAuditLog',
      tag: 'Access',
      summary: 'Who did what, when and from where',
      description:
        'Newest first. Written in the same commit as what it tells of; kept for 400 days, or for `RETENTION` if that is longer.',
      access: 'chatbot-by-query',
      query: z.strictObject({
        chatbotId: idFilter('chatbot').exactOptional(),
        action: z.enum(AUDIT_ACTIONS).exactOptional(),
        actor: text({ min: 1, max: 64 }).exactOptional(),
        from: instant.exactOptional().meta({ description: 'Done at this time or later …' }),
        to: instant.exactOptional().meta({ description: '… and before this one.' }),
        ...pageQuery,
      }),
      queryExample: { chatbotId: EXAMPLE_IDS.chatbot, action: 'webhook.updated' },
      answer: {
        status: 200,
        description: 'A page of the log.',
        schema: listOf(auditEntrySchema, 'AuditLog'),
        example: { data: [ENTRY_EXAMPLE], nextCursor: null },
      },
      errors: ['invalid_cursor'],
      slot: 'answer',
      handle({ query }) {
        refuseEmptySpan(query)
        return listPage({
          cursors,
          scope: 'audit-log',
          query,
          read: (page, filter) => store.readPage('audit', filter, page),
          present: presentEntry,
        })
      },
    }),
  ]
}

function presentEntry(entry: AuditEntry) {
  const { id, action, actor, sessionId, chatbotId, targetId, fields, address } = entry
  const at = isoAt(entry.at)
  return { id, at, action, actor, sessionId, chatbotId, targetId, fields, address }
}
