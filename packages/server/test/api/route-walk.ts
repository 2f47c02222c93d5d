/**
 * Walks the OpenAPI document and tries every route as those who may not: every operation with ids,
 * filters and bodies that name another chatbot's things. What it should not have seen comes back as
 * sentences; none means that nothing leaked.
 */
import type { OpenApiDocument, Operation } from '../../src/api/document/openapi-document.ts'
import type { Answer, Call, CallOptions } from './client.ts'

export interface Identity {
  name: string
  /** A fresh one for each request: some of them end it. */
  options(): Promise<CallOptions>
}

export interface Walk {
  call: Call
  document: OpenApiDocument
  /** What belongs to another chatbot, by the prefix of its id. */
  foreign: Record<string, string>
  /** An id of the same kind that is nobody's. */
  unknown(prefix: string): string
}

interface Step {
  method: string
  path: string
  operation: Operation
}

const PUBLIC = [
  'POST /api/v1/session',
  'GET /healthz',
  'GET /readyz',
  'GET /openapi.json',
  'GET /docs',
  // Strangers' by their purpose; what lets them in is an origin and a token (widget.test.ts).
  ...['conversations', 'leads'].flatMap((what) =>
    ['POST', 'OPTIONS'].map((method) => `${method} /widget/v1/chatbots/{id}/${what}`),
  ),
]

export function guardedSteps({ document }: Pick<Walk, 'document'>): Step[] {
  return Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        return { method: method.toUpperCase(), path, operation }
      }),
    )
    .filter(({ method, path }) => !PUBLIC.includes(`${method} ${path}`))
}

/** Nobody's key, session or nothing at all: refused, whatever is asked for. */
export async function walkAsNobody(walk: Walk, identity: Identity): Promise<string[]> {
  const leaks: string[] = []
  for (const step of guardedSteps(walk)) {
    const path = fill(step, (prefix) => walk.foreign[prefix] ?? '')
    const answer = await send(walk, step, { path, identity })
    if (answer.status !== 401) leaks.push(`${label(step)} as ${identity.name}: ${answer.status}`)
  }
  return leaks
}

/** Somebody else's: what is foreign is answered as what isn't there, to the letter. */
export async function walkAsStranger(walk: Walk, identity: Identity): Promise<string[]> {
  const leaks: string[] = []
  for (const step of guardedSteps(walk)) {
    if (isEndless(step)) continue
    for (const [what, [foreign, unknown]] of pairs(walk, step)) {
      const [seen, blank] = [
        await send(walk, step, { ...foreign, identity }),
        await send(walk, step, { ...unknown, identity }),
      ]
      const told = `${label(step)} by ${what} as ${identity.name}`
      if (seen.status !== blank.status || seen.text !== blank.text) {
        leaks.push(`${told}: ${seen.status} ${seen.text} is not ${blank.status} ${blank.text}`)
      }
      if (what === 'id' && ![403, 404].includes(seen.status)) leaks.push(`${told}: ${seen.status}`)
      if (names(walk, seen)) leaks.push(`${told} names what is foreign`)
    }
    if (step.path.includes('{id}')) continue
    const plain = await send(walk, step, { path: step.path, identity })
    if (names(walk, plain)) leaks.push(`${label(step)} as ${identity.name} names what is foreign`)
  }
  return leaks
}

interface Sent {
  path: string
  body?: unknown
}

/** Requests that differ in one thing only: it names what is foreign, or what is nobody's. */
function pairs(walk: Walk, step: Step): [string, [Sent, Sent]][] {
  const { operation, path } = step
  const known = (prefix: string) => walk.foreign[prefix] ?? ''
  const both = (make: (idOf: (prefix: string) => string) => Sent): [Sent, Sent] => [
    make(known),
    make(walk.unknown),
  ]
  if (path.includes('{id}')) return [['id', both((idOf) => ({ path: fill(step, idOf) }))]]
  const filters = { chatbotId: 'bot', webhookId: 'wh', eventId: 'evt' }
  const found: [string, [Sent, Sent]][] = []
  for (const [name, prefix] of Object.entries(filters)) {
    if (!operation.parameters.some((parameter) => parameter.name === name)) continue
    found.push([name, both((idOf) => ({ path: `${path}?${name}=${idOf(prefix)}` }))])
  }
  const example = exampleOf(operation)
  if (example && 'chatbotId' in example) {
    const body = (chatbotId: string) => ({ path, body: { ...example, chatbotId } })
    found.push(['body', both((idOf) => body(idOf('bot')))])
  }
  return found
}

async function send(
  walk: Walk,
  step: Step,
  { path, body, identity }: Sent & { identity: Identity },
) {
  const options = await identity.options()
  const sent = body ?? exampleOf(step.operation)
  return walk.call<unknown>(step.method, path, {
    ...options,
    ...(sent === undefined ? {} : { body: sent }),
  })
}

function exampleOf({ requestBody }: Operation): Record<string, unknown> | undefined {
  return requestBody?.content['application/json']?.example as Record<string, unknown> | undefined
}

function fill({ path, operation }: Step, idOf: (prefix: string) => string): string {
  const pattern = String(operation.parameters.find(({ name }) => name === 'id')?.schema.pattern)
  return path.replace('{id}', idOf(/^\^([a-z]+)_/.exec(pattern)?.[1] ?? ''))
}

function isEndless({ operation }: Step): boolean {
  return operation.responses['200']?.content?.['text/event-stream'] !== undefined
}

function names({ foreign }: Walk, answer: Answer<unknown>): boolean {
  return Object.values(foreign).some((id) => answer.text.includes(id))
}

function label({ method, path }: Step): string {
  return `${method} ${path}`
}
