/**
 * What the widget in a visitor's page calls. No key: it is limited by origin, rate and size, and all
 * that it can do is to leave a lead with a chatbot that its page belongs to.
 */

import type { RequestLimits } from '../access/request-limits.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { LEAD_BODY_BYTES_MAX } from '../server/bodies/body-budget.ts'
import { IDEMPOTENCY_KEY, idempotencyKey } from '../shapes/idempotency-key.ts'
import {
  createWidgetAdmission,
  PREFLIGHT_HEADERS,
  type WidgetAdmission,
} from './widget-admission.ts'
import { consentMark, consentOf } from './widget-consent.ts'
import { extrasOfPage, openToken, refuseUnanswered, visitorsKey } from './widget-lead.ts'
import {
  CONVERSATION_EXAMPLE,
  conversationSchema,
  newConversationSchema,
  WIDGET_LEAD_EXAMPLE,
  widgetAcceptedSchema,
  widgetLeadSchema,
} from './widget-schemas.ts'
import { createWidgetTokens, type WidgetTokens } from './widget-token.ts'

const CONVERSATIONS = '/widget/v1/chatbots/{id}/conversations'
const LEADS = '/widget/v1/chatbots/{id}/leads'

interface Widget {
  admission: WidgetAdmission
  tokens: WidgetTokens
  limits: RequestLimits
}

export function widgetRoutes(deps: ApiDeps, limits: RequestLimits): Route[] {
  const admission = createWidgetAdmission(deps, limits)
  const widget = { admission, limits, tokens: createWidgetTokens(deps.config.widgetKey) }
  return [
    conversationRoute(deps, widget),
    preflightRoute({ path: CONVERSATIONS, operationId: 'preflightConversation' }, widget),
    leadRoute(deps, widget),
    preflightRoute({ path: LEADS, operationId: 'preflightWidgetLead' }, widget),
  ]
}

function conversationRoute({ ids, clock }: ApiDeps, widget: Widget): Route {
  const { admission, tokens, limits } = widget
  return defineRoute({
    method: 'POST',
    path: CONVERSATIONS,
    operationId: 'beginConversation',
    tag: 'Widget',
    summary: 'Begin a conversation',
    description:
      "Answers what the lead form shows, and the token to hand it in with. Nothing is stored. The page's origin must be one of `allowedOrigins`, or this server's own.",
    access: 'public',
    admit: admission.admit((caller) => limits.conversation(caller)),
    id: 'chatbot',
    body: {
      schema: newConversationSchema,
      example: {},
      optional: true,
    },
    answer: {
      status: 201,
      description: 'The conversation.',
      schema: conversationSchema,
      example: CONVERSATION_EXAMPLE,
    },
    // A page writes into it, by its token, and never looks at it.
    location: null,
    errors: ['origin_not_allowed', 'rate_limited', 'store_unavailable'],
    handle({ id, request }) {
      const { name, leadForm } = admission.admitted(request).chatbot
      const shown = consentMark(leadForm)
      const conversationId = ids.next('conversation')
      const token = tokens.issue({ chatbotId: id, conversationId, issuedAt: clock.now(), shown })
      return { conversationId, token, name, leadForm }
    },
  })
}

function leadRoute({ ingest, clock, metrics }: ApiDeps, widget: Widget): Route {
  const { admission, tokens, limits } = widget
  return defineRoute({
    method: 'POST',
    path: LEADS,
    operationId: 'leaveLead',
    tag: 'Widget',
    summary: "Leave a visitor's details",
    description:
      'The same as handing in a lead with a key; 202 means: on disk. A `too_soon` or `rate_limited` is to be sent again after `Retry-After`, with the same `Idempotency-Key`. Where the form asks for a consent, its own text is kept, which the token tells from another: after `consent_changed` begin a new conversation, and ask again.',
    access: 'public',
    admit: admission.admit((caller) => limits.leadRequest(caller)),
    id: 'chatbot',
    headers: [IDEMPOTENCY_KEY],
    body: {
      schema: widgetLeadSchema,
      example: WIDGET_LEAD_EXAMPLE,
      bytesMax: LEAD_BODY_BYTES_MAX,
    },
    answer: {
      status: 202,
      description: 'Thank you.',
      schema: widgetAcceptedSchema,
      example: { accepted: true },
    },
    errors: [
      'origin_not_allowed',
      'invalid_token',
      'too_soon',
      'rate_limited',
      'consent_changed',
      'idempotency_conflict',
      'lead_erased',
      'backlog_full',
      'store_unavailable',
    ],
    async handle({ id, body, request }) {
      const { token, website, consent: answered, custom, context, ...lead } = body
      const { chatbot, caller } = admission.admitted(request)
      const key = idempotencyKey(request)
      const nowMs = clock.now()
      const { conversationId, shown } = openToken(token, id, { tokens, metrics, nowMs })
      refuseUnanswered(chatbot, { ...lead, custom })
      const { origin } = caller
      const consent = consentOf(chatbot, { consent: answered, shown, origin, nowMs })
      if (website) {
        // Nobody who is told that a trap was noticed steps into it again.
        metrics.requestRefused('honeypot')
        return { accepted: true }
      }
      // What is shared with others is charged only to what could be a visitor's.
      limits.leadOf(conversationId)
      limits.lead(caller)
      const extras = extrasOfPage(chatbot, { custom, context, origin })
      const left = { ...lead, conversationId, consent, extras }
      await ingest.acceptLead(id, left, visitorsKey(conversationId, key))
      return { accepted: true }
    },
  })
}

/** What a browser asks before it sends another site's JSON. */
function preflightRoute(
  names: { path: string; operationId: string },
  { admission }: Widget,
): Route {
  return defineRoute({
    method: 'OPTIONS',
    ...names,
    tag: 'Widget',
    summary: 'May this page do so (CORS preflight)',
    access: 'public',
    admit: admission.admit(),
    id: 'chatbot',
    answer: { status: 204, description: 'It may.' },
    errors: ['origin_not_allowed', 'rate_limited', 'store_unavailable'],
    handle({ reply }) {
      reply.headers(PREFLIGHT_HEADERS)
    },
  })
}
