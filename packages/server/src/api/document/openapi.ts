/** The OpenAPI 3.1 document, from the very routes and schemas that the server runs. */
import { ID_PREFIXES } from '../../id.ts'
import { COOKIE_NAME } from '../access/session-cookie.ts'
import type { Route, Tag } from '../route.ts'
import { apiError, errorAnswer, statusName } from '../shapes/error-answer.ts'
import { ERROR_CODES, type ErrorCode } from '../shapes/error-codes.ts'
import { EXAMPLE_IDS, EXAMPLE_REQUEST_ID, errorSchema } from '../shapes/schemas.ts'
import type { OpenApiDocument, Operation, Parameter, ResponseObject } from './openapi-document.ts'
import { createSchemaDocuments, type JsonSchema, type SchemaDocuments } from './openapi-schemas.ts'
import { webhooksSection } from './openapi-webhooks.ts'

const TAGS: Record<Tag, string> = {
  Chatbots: 'Where conversations, leads and events come from.',
  Webhooks: "An owner's subscriptions: URL, event types, secret, limits, state.",
  Listeners: 'Deliveries for a machine that no connection leads to: it asks for them.',
  Leads: 'What customers leave with a chatbot.',
  Events: 'What happened; each goes to every webhook that subscribed to its type.',
  Received: 'What your endpoint gets: the requests that this server makes.',
  Deliveries: 'One event on its way to one webhook, with every attempt.',
  Integrations:
    'What published integrations and automation platforms call, under the names that they know.',
  Statistics: 'Counts, latencies, and what changes as it changes.',
  Access: 'Keys, sessions, links for owners, and the log of what was done.',
  Widget: "What a visitor's page calls. It needs no key; it is limited by origin, rate and size.",
  Server: 'For whoever runs it.',
}

export function openApiDocument(
  routes: readonly Route[],
  { publicUrl, version }: { publicUrl: string; version: string },
): OpenApiDocument {
  const schemas = createSchemaDocuments()
  const paths: OpenApiDocument['paths'] = {}
  for (const route of routes) {
    const methods = paths[route.path] ?? {}
    methods[route.method.toLowerCase()] = operation(route, schemas)
    paths[route.path] = methods
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chatzuri webhooks',
      version,
      description:
        'Takes leads and events in, delivers them signed to every webhook that subscribed, and shows what happened.\n\nEvery answer has an `X-Request-Id`, by which the request is found in the log: your own, if you send one of up to 128 printable characters. Where keys are limited (`RATE_LIMIT_PER_KEY`), answers to a key have `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset` (seconds until the bucket is full) and `RateLimit-Policy`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    security: [{ key: [] }, { session: [] }],
    tags: (Object.entries(TAGS) as [Tag, string][]).map(([name, description]) => ({
      name,
      description,
    })),
    paths,
    webhooks: webhooksSection(),
    components: {
      schemas: schemas.components,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: "An operator's key, or a chatbot's." },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: COOKIE_NAME,
          description: `Set by \`POST /api/v1/session\`; over https its name is \`__Host-${COOKIE_NAME}\`.`,
        },
      },
    },
  }
}

function operation(route: Route, schemas: SchemaDocuments): Operation {
  const { operationId, summary, description, tag, access, body, answer } = route
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    ...(access === 'public' ? { security: [] } : {}),
    ...(route.needsSession ? { security: [{ session: [] }] } : {}),
    parameters: parameters(route, schemas),
    ...(body
      ? {
          requestBody: {
            required: !body.optional,
            content: {
              'application/json': { schema: schemas.document(body.schema), example: body.example },
            },
          },
        }
      : {}),
    responses: {
      [answer.status]: successResponse(route, schemas),
      ...errorResponses(route, schemas),
    },
  }
}

function parameters(route: Route, schemas: SchemaDocuments): Parameter[] {
  const found: Parameter[] = []
  const { id } = route
  if (id) {
    const schema: JsonSchema = { type: 'string', pattern: `^${ID_PREFIXES[id]}_[0-9a-z]{26}$` }
    const example = id in EXAMPLE_IDS ? EXAMPLE_IDS[id as keyof typeof EXAMPLE_IDS] : null
    if (example !== null) schema.examples = [example]
    found.push({ name: 'id', in: 'path', required: true, description: `The ${id}'s id.`, schema })
  }
  const query = route.query ? schemas.document(route.query) : {}
  const required = new Set(query.required ?? [])
  for (const [name, { description, ...schema }] of Object.entries(query.properties ?? {})) {
    const about = description === undefined ? {} : { description }
    const example = route.queryExample?.[name]
    const shown = example === undefined ? {} : { example }
    const keyed = route.keyed?.includes(name) ? KEYED : {}
    const how = { required: required.has(name), ...keyed, ...about }
    found.push({ name, in: 'query', ...how, schema, ...shown })
  }
  for (const { name, description, schema } of route.headers ?? []) {
    found.push({ name, in: 'header', required: false, description, schema })
  }
  return found
}

const KEYED: Pick<Parameter, 'style' | 'explode'> = { style: 'deepObject', explode: true }

const LOCATION = { description: 'Where it is found from now on.', schema: { type: 'string' } }

function successResponse({ answer, location }: Route, schemas: SchemaDocuments): ResponseObject {
  const { schema, example, contentType = 'application/json' } = answer
  const headers = location ? { ...answer.headers, Location: LOCATION } : answer.headers
  const description = { description: answer.description, ...(headers && { headers }) }
  if (schema === undefined && example === undefined) return description
  const type = contentType === 'application/json' ? 'object' : 'string'
  const shape = schema ? schemas.document(schema) : { type }
  return { ...description, content: { [contentType]: { schema: shape, example } } }
}

function errorResponses(route: Route, schemas: SchemaDocuments): Record<string, ResponseObject> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of errorCodes(route)) {
    const [status] = ERROR_CODES[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const schema = schemas.document(errorSchema)
  const responses = [...byStatus].map(([status, codes]) => [
    String(status),
    errorResponse(status, codes, schema),
  ])
  return Object.fromEntries(responses) as Record<string, ResponseObject>
}

/** What this route says itself, and what follows from what it takes. */
export function errorCodes(route: Route): ErrorCode[] {
  const { method, access, id, query, headers, body, errors, path } = route
  const codes = new Set<ErrorCode>(errors)
  if (access !== 'public') {
    codes.add('missing_key').add('invalid_key').add('invalid_session').add('rate_limited')
    if (method !== 'GET') codes.add('cross_site')
  }
  if (access === 'operator') codes.add('forbidden')
  if (id) codes.add(`${id}_not_found`)
  if (query || headers) codes.add('invalid_input')
  // Where no body is asked for one is read all the same, and refused when it can't be.
  if (method !== 'GET') {
    codes.add('invalid_input').add('invalid_json')
    codes.add('body_too_large').add('unsupported_media_type').add('busy')
  }
  if (body && !body.optional) codes.add('missing_body')
  codes.add('internal_error').add('not_ready')
  if (path.startsWith('/api/') || path === '/readyz') codes.add('store_unavailable')
  // What reads nothing can still be asked in a way that is no HTTP.
  if (![...codes].some((code) => ERROR_CODES[code][0] < 500)) codes.add('bad_request')
  const order = Object.keys(ERROR_CODES)
  return [...codes].sort((one, other) => order.indexOf(one) - order.indexOf(other))
}

function errorResponse(status: number, codes: ErrorCode[], schema: JsonSchema): ResponseObject {
  const examples = codes.map((code) => {
    const [, meaning] = ERROR_CODES[code]
    const details = code === 'invalid_input' ? { details: [EXAMPLE_DETAIL] } : {}
    return [
      code,
      {
        summary: meaning,
        value: errorAnswer(apiError(code, undefined, details), EXAMPLE_REQUEST_ID),
      },
    ]
  })
  return {
    description: `${statusName(status)}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    ...errorHeaders(status),
    content: { 'application/json': { schema, examples: Object.fromEntries(examples) } },
  }
}

const EXAMPLE_DETAIL = { path: 'url', message: '`url` is required' }

function errorHeaders(status: number): Pick<ResponseObject, 'headers'> {
  if (status === 401) {
    const schema = { type: 'string' }
    return { headers: { 'WWW-Authenticate': { description: '`Bearer`.', schema } } }
  }
  if (status !== 429 && status !== 503) return {}
  const schema = { type: 'integer' }
  return { headers: { 'Retry-After': { description: 'Seconds; where it is known.', schema } } }
}
