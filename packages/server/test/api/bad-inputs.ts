/** What strangers send, and what each gets: a status, a stable code, and the field that is wrong. */
import { WEBHOOK_SETTINGS } from '../webhook-settings.ts'
import type { CallOptions } from './client.ts'

export interface BadInput extends CallOptions {
  what: string
  method?: string
  /** `{bot}` and `{hook}` are filled in. */
  path: string
  status?: number
  code?: string
  /** Of the first detail. */
  field?: string
}

export const HOOKS = '/api/v1/chatbots/{bot}/webhooks'
const EVENTS = '/api/v1/chatbots/{bot}/events'
const LEADS = '/api/v1/chatbots/{bot}/leads'
export const GOOD_WEBHOOK = { url: 'https://shop.example/h', eventTypes: ['lead.submit'] }
const hook = (extra: Record<string, unknown>, what: string, field?: string): BadInput => ({
  what,
  path: HOOKS,
  body: { ...GOOD_WEBHOOK, ...extra },
  ...(field === undefined ? {} : { field }),
})
const change = (body: Record<string, unknown>, what: string, field: string): BadInput => ({
  what: `${what}, in a change`,
  method: 'PATCH',
  path: '/api/v1/webhooks/{hook}',
  body,
  field,
})
const payload = (text: string, what: string, field: string): BadInput => ({
  what,
  path: EVENTS,
  body: `{"eventType":"order.created","payload":${text}}`,
  field,
})
const ownForm = (own: object[]) => ({
  name: 'A',
  leadForm: { fields: [{ name: 'customerName', label: 'Name' }, ...own], greeting: '', thanks: '' },
})
const UNKNOWN = 'bot_01m2fm1cgye03v13e1wgzp7b71'

export const WHOLE_BODIES: BadInput[] = [
  { what: 'no body', path: LEADS, code: 'missing_body' },
  { what: 'an empty body with a type', path: LEADS, body: '', code: 'missing_body' },
  { what: 'not JSON', path: LEADS, body: '{"customerName"', code: 'invalid_json' },
  { what: 'null', path: LEADS, body: 'null', field: '' },
  { what: 'a list', path: LEADS, body: '[]', field: '' },
  { what: 'a text', path: LEADS, body: '"Ann"', field: '' },
  {
    what: 'bytes that are not UTF-8',
    path: LEADS,
    body: Buffer.from('{"customerName":"Ren\xe9"}', 'latin1'),
    code: 'invalid_json',
  },
  {
    what: 'a body of another type',
    path: LEADS,
    body: 'a=b',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    what: 'a body without a type',
    path: LEADS,
    body: '{}',
    headers: { 'content-type': '' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    what: 'JSON in another charset',
    path: LEADS,
    body: '{}',
    headers: { 'content-type': 'application/json; charset=utf-16' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    what: '10 MB',
    path: LEADS,
    body: `"${'x'.repeat(10_000_000)}"`,
    status: 413,
    code: 'body_too_large',
  },
  {
    what: '10 MB in a batch',
    path: `${EVENTS}/batch`,
    body: `"${'x'.repeat(10_000_000)}"`,
    status: 413,
    code: 'body_too_large',
  },
  {
    what: '300 KB of settings',
    path: HOOKS,
    body: `"${'x'.repeat(300_000)}"`,
    status: 413,
    code: 'body_too_large',
  },
]

export const LEAD_BODIES: BadInput[] = [
  {
    what: 'an unknown field',
    path: LEADS,
    body: { customerName: 'A', customerAge: 3 },
    field: 'customerAge',
  },
  { what: 'a number for a name', path: LEADS, body: { customerName: 5 }, field: 'customerName' },
  {
    what: 'a list for an email',
    path: LEADS,
    body: { customerEmail: ['a@b.co'] },
    field: 'customerEmail',
  },
  { what: 'nothing in it', path: LEADS, body: {}, field: 'customerName' },
  {
    what: 'an email that is none',
    path: LEADS,
    body: { customerEmail: 'ann' },
    field: 'customerEmail',
  },
  {
    what: 'a lead too large to deliver',
    path: LEADS,
    body: { customerName: 'x'.repeat(110_000) },
    status: 413,
    code: 'body_too_large',
  },
  {
    what: 'a lead of an unknown chatbot',
    path: `/api/v1/chatbots/${UNKNOWN}/leads`,
    body: { customerName: 'A' },
    status: 404,
    code: 'chatbot_not_found',
  },
  {
    what: 'an idempotency key with a space',
    path: LEADS,
    body: { customerName: 'A' },
    headers: { 'idempotency-key': 'a b' },
    field: 'Idempotency-Key',
  },
  {
    what: 'an idempotency key of 256',
    path: LEADS,
    body: { customerName: 'A' },
    headers: { 'idempotency-key': 'k'.repeat(256) },
    field: 'Idempotency-Key',
  },
  {
    what: 'an empty idempotency key',
    path: LEADS,
    body: { customerName: 'A' },
    headers: { 'idempotency-key': '' },
    field: 'Idempotency-Key',
  },
]

export const EVENT_BODIES: BadInput[] = [
  payload('{"__proto__":{"admin":true}}', '__proto__', 'payload.__proto__'),
  payload(
    '{"a":{"constructor":{"prototype":{}}}}',
    'constructor.prototype',
    'payload.a.constructor.prototype',
  ),
  payload('{"items":[{},{"price":1e400}]}', '1e400', 'payload.items[1].price'),
  payload('{"id":9007199254740993}', '2^53 + 1', 'payload.id'),
  payload('{"id":1e300}', 'an integer beyond 2^53', 'payload.id'),
  payload('{"a":"\\u0000"}', 'U+0000', 'payload.a'),
  payload(
    `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
    '5,000 levels',
    `payload${'.a'.repeat(66)}`,
  ),
  payload(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, '65 levels', `payload${'.a'.repeat(64)}`),
  payload('[]', 'a list as payload', 'payload'),
  payload('null', 'null as payload', 'payload'),
  { what: 'no payload', path: EVENTS, body: { eventType: 'a.b' }, field: 'payload' },
  { what: 'no event type', path: EVENTS, body: { payload: {} }, field: 'eventType' },
  ...[
    '',
    '.',
    'order.',
    '.order',
    'order..paid',
    '1order',
    'order paid',
    'örder',
    '*',
    'order.*',
  ].map((type) => ({
    what: `\`${type}\`, which is no event type`,
    path: EVENTS,
    body: { eventType: type, payload: {} },
    field: 'eventType',
  })),
  {
    what: 'an event type of 101',
    path: EVENTS,
    body: { eventType: `a.${'b'.repeat(99)}`, payload: {} },
    field: 'eventType',
  },
  {
    what: 'the lead event',
    path: EVENTS,
    body: { eventType: 'lead.submit', payload: {} },
    code: 'use_leads',
    field: 'eventType',
  },
  {
    what: 'the lead event in other letters',
    path: EVENTS,
    body: { eventType: 'Leads.Submit', payload: {} },
    code: 'use_leads',
    field: 'eventType',
  },
  ...['webhook.failing', 'webhook.of_my_own', 'delivery.failed', 'delivery.done'].map((type) => ({
    what: `\`${type}\`, which is ours`,
    path: EVENTS,
    body: { eventType: type, payload: {} },
    code: 'reserved_event_type',
    field: 'eventType',
  })),
  ...['Webhook.Failing', 'DELIVERY.FAILED'].map((type) => ({
    what: `\`${type}\`, in other letters`,
    path: EVENTS,
    body: { eventType: type, payload: {} },
    code: 'reserved_event_type',
    field: 'eventType',
  })),
  {
    what: 'a reserved type among good ones',
    path: `${EVENTS}/batch`,
    body: {
      events: [
        { eventType: 'a.b', payload: {} },
        { eventType: 'webhook.failing', payload: {} },
      ],
    },
    code: 'reserved_event_type',
    field: 'events[1].eventType',
  },
  {
    what: 'a payload too large to deliver',
    path: EVENTS,
    body: { eventType: 'a.b', payload: { x: 'y'.repeat(110_000) } },
    status: 413,
    code: 'body_too_large',
  },
  { what: 'an empty batch', path: `${EVENTS}/batch`, body: { events: [] }, field: 'events' },
  {
    what: '501 events',
    path: `${EVENTS}/batch`,
    body: { events: Array.from({ length: 501 }, () => ({ eventType: 'a.b', payload: {} })) },
    field: 'events',
  },
  {
    what: 'one bad event among good ones',
    path: `${EVENTS}/batch`,
    body: {
      events: [
        { eventType: 'a.b', payload: {} },
        { eventType: 'a.b', payload: { n: 2 ** 60 } },
      ],
    },
    field: 'events[1].payload.n',
  },
]

/** Each as a new webhook's and as a change. */
export const WEBHOOK_BODIES: BadInput[] = [
  ...Object.entries(WEBHOOK_SETTINGS).flatMap(([name, { refused }]) =>
    refused.flatMap(([value, what, { path = name, ...answer } = {}]) => [
      { ...hook({ [name]: value }, what, path), ...answer },
      ...(value === undefined ? [] : [{ ...change({ [name]: value }, what, path), ...answer }]),
    ]),
  ),
  hook({ colour: 'red' }, 'an unknown field', 'colour'),
  hook({ secret: 'short' }, 'a short secret', 'secret'),
  hook({ secret: 'with a space in it and long' }, 'a secret with spaces', 'secret'),
  hook({ secret: `whsec_${'!'.repeat(32)}` }, 'a whsec_ secret that is not base64', 'secret'),
]

export const OTHERS: BadInput[] = [
  { what: 'a chatbot without a name', path: '/api/v1/chatbots', body: {}, field: 'name' },
  { what: 'a blank name', path: '/api/v1/chatbots', body: { name: '  ' }, field: 'name' },
  {
    what: 'a lead form with a field twice',
    path: '/api/v1/chatbots',
    body: {
      name: 'A',
      leadForm: {
        fields: [0, 1].map(() => ({ name: 'customerName', label: 'Name', required: true })),
        greeting: '',
        thanks: '',
      },
    },
    field: 'leadForm.fields[1].name',
  },
  ...[
    { field: 'name', own: { name: 'website' } },
    { field: 'name', own: { name: 'a-b' } },
    { field: 'type', own: { type: 'email' } },
    { field: 'type', own: { name: 'customerPhone' } },
    { field: 'options', own: { type: 'choice' } },
    { field: 'options', own: { type: 'choice', options: ['a', 'a'] } },
    { field: 'options', own: { options: ['a'] } },
  ].map(({ field, own }) => ({
    what: `an own field of a form, ${JSON.stringify(own)}`,
    path: '/api/v1/chatbots',
    body: ownForm([{ name: 'size', label: 'Size', type: 'text', ...own }]),
    field: `leadForm.fields[1].${field}`,
  })),
  {
    what: 'a form with more own fields than a lead may have',
    path: '/api/v1/chatbots',
    body: ownForm(
      Array.from({ length: 31 }, (_, n) => ({ name: `f${n}`, label: 'F', type: 'text' })),
    ),
    field: 'leadForm.fields',
  },
  {
    what: 'an origin with a path',
    path: '/api/v1/chatbots',
    body: { name: 'A', allowedOrigins: ['https://a.example/x'] },
    field: 'allowedOrigins[0]',
  },
  {
    what: 'an origin with a wildcard, which would match no page',
    path: '/api/v1/chatbots',
    body: { name: 'A', allowedOrigins: ['https://*.a.example'] },
    field: 'allowedOrigins[0]',
  },
  {
    what: 'a null field in a change',
    method: 'PATCH',
    path: '/api/v1/chatbots/{bot}',
    body: { name: null },
    field: 'name',
  },
  {
    what: 'a change of the state',
    method: 'PATCH',
    path: '/api/v1/webhooks/{hook}',
    body: { state: 'paused' },
    field: 'state',
  },
  {
    what: 'a rotation with an overlap of 169 h',
    path: '/api/v1/webhooks/{hook}/rotate-secret',
    body: { overlapHours: 169 },
    field: 'overlapHours',
  },
  {
    what: 'a rotation to a bad secret',
    path: '/api/v1/webhooks/{hook}/rotate-secret',
    body: { secret: 'quote"quote"quote' },
    field: 'secret',
  },
  {
    what: 'finishing no rotation',
    path: '/api/v1/webhooks/{hook}/rotate-secret/finish',
    status: 409,
    code: 'no_overlap',
  },
  {
    what: 'a test of no type',
    path: '/api/v1/webhooks/{hook}/test',
    body: { eventType: 'X.' },
    field: 'eventType',
  },
  {
    what: 'a recovery without since',
    path: '/api/v1/webhooks/{hook}/recover',
    body: {},
    field: 'since',
  },
  {
    what: 'a recovery of pending ones',
    path: '/api/v1/webhooks/{hook}/recover',
    body: { since: '2026-01-01', states: ['pending'] },
    field: 'states[0]',
  },
  {
    what: 'a recovery that ends before it begins',
    path: '/api/v1/webhooks/{hook}/recover',
    body: { since: '2026-01-02', until: '2026-01-01' },
    field: 'until',
  },
  {
    what: 'a time with a 13th month',
    path: '/api/v1/webhooks/{hook}/recover',
    body: { since: '2026-13-01' },
    field: 'since',
  },
]

export const QUERIES: BadInput[] = [
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=ten', 'limit'],
  ['limit=1&limit=2', 'limit'],
  ['limit=', 'limit'],
  ['webhookId=bot_01m2fm1cgye03v13e1wgzp7b71', 'webhookId'],
  ['chatbotId=1', 'chatbotId'],
  ['state=done', 'state'],
  ['eventType=Lead.', 'eventType'],
  ['from=yesterday', 'from'],
  ['from=2026-02-30', 'from'],
  ['from=2026-01-02&to=2026-01-01', 'to'],
  ['q=', 'q'],
  ['q=%00', 'q'],
  ['sort=asc', 'sort'],
].map(([query = '', field = '']) => ({
  what: `deliveries?${query}`,
  method: 'GET',
  path: `/api/v1/deliveries?${query}`,
  field,
}))

const METADATA_QUERIES: BadInput[] = [
  ['metadata=env', 'metadata'],
  ['metadata', 'metadata'],
  ['metadata.=x', 'metadata[""]'],
  ['metadata[]=x', 'metadata[""]'],
  ['metadata.a%20b=x', 'metadata["a b"]'],
  ['metadata.%D9%A1=x', 'metadata["١"]'],
  [`metadata.${'a'.repeat(41)}=x`, `metadata.${'a'.repeat(41)}`],
  ['metadata.$a=x', 'metadata.$a'],
  ['metadata.a[0]=x', 'metadata["a[0]"]'],
  ['metadata.__proto__=x', 'metadata.__proto__'],
  [`metadata.a=${'x'.repeat(501)}`, 'metadata.a'],
  ['metadata.a=%00', 'metadata.a'],
  ['metadata.a=1&metadata.a=1', 'metadata.a'],
  ['metadata.a=1&metadata[a]=2', 'metadata.a'],
  [Array.from({ length: 21 }, (_, index) => `metadata.n${index}=x`).join('&'), 'metadata'],
  ['metadata[a=x', '["metadata[a"]'],
  ['metadatas.a=x', '["metadatas.a"]'],
  ['__proto__.a=x', '["__proto__.a"]'],
].flatMap(([query = '', field = '']) =>
  [`${HOOKS}?${query}`, `/api/v1/webhooks?${query}`].map((path) => {
    return { what: query, method: 'GET', path, field }
  }),
)

export const MORE_QUERIES: BadInput[] = [
  ...METADATA_QUERIES,
  {
    what: 'a cursor that nobody made',
    method: 'GET',
    path: '/api/v1/leads?cursor=abc',
    code: 'invalid_cursor',
  },
  { what: 'a step that is none', method: 'GET', path: '/api/v1/stats?step=2m', field: 'step' },
  {
    what: 'more steps than are answered',
    method: 'GET',
    path: '/api/v1/stats?step=1m&from=2026-01-01&to=2026-03-01',
    field: 'step',
  },
  {
    what: 'an id that the stream never gave',
    method: 'GET',
    path: '/api/v1/stream',
    headers: { 'last-event-id': 'x' },
    field: 'Last-Event-ID',
  },
  {
    what: 'a path that is not decodable',
    method: 'GET',
    path: '/api/v1/leads/%E0%A4%A',
    code: 'bad_request',
  },
]
