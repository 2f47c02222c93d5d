import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { describedRoutes } from '../../../test/api/documented.ts'
import { isId } from '../../id.ts'
import { NOTICE_TYPES } from '../../notice.ts'
import { BODY_EXAMPLE, SECRET_EXAMPLE, SIGNATURE_EXAMPLES } from '../shapes/delivery-example.ts'
import { EXAMPLE_IDS } from '../shapes/schemas.ts'
import { openApiDocument } from './openapi.ts'
import type { OpenApiDocument, Operation } from './openapi-document.ts'
import type { JsonSchema } from './openapi-schemas.ts'

const routes = describedRoutes()
const document = openApiDocument(routes, { publicUrl: 'http://localhost:8080', version: '0.1.0' })

function operations(): { at: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, operation })),
  )
}

test('the server hands out the document of its own routes', async () => {
  const { call } = await startApiAlone()
  const { json, headers } = await call<OpenApiDocument>('GET', '/openapi.json', { key: null })
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(json).toEqual(JSON.parse(JSON.stringify(document)))
})

test('every route that the contract names is there', () => {
  const named = [
    ['post', '/api/v1/chatbots'],
    ['get', '/api/v1/chatbots'],
    ['get', '/api/v1/chatbots/{id}'],
    ['patch', '/api/v1/chatbots/{id}'],
    ['delete', '/api/v1/chatbots/{id}'],
    ['post', '/api/v1/chatbots/{id}/webhooks'],
    ['get', '/api/v1/chatbots/{id}/webhooks'],
    ['get', '/api/v1/webhooks/{id}'],
    ['patch', '/api/v1/webhooks/{id}'],
    ['delete', '/api/v1/webhooks/{id}'],
    ['get', '/api/v1/webhooks/{id}/secret'],
    ['post', '/api/v1/webhooks/{id}/rotate-secret'],
    ['post', '/api/v1/webhooks/{id}/rotate-secret/finish'],
    ['post', '/api/v1/webhooks/{id}/test'],
    ['post', '/api/v1/webhooks/{id}/pause'],
    ['post', '/api/v1/webhooks/{id}/resume'],
    ['post', '/api/v1/webhooks/{id}/recover'],
    ['get', '/api/v1/recoveries/{id}'],
    ['post', '/api/v1/chatbots/{id}/leads'],
    ['post', '/api/v1/chatbots/{id}/events'],
    ['post', '/api/v1/chatbots/{id}/events/batch'],
    ['get', '/api/v1/events/{id}'],
    ['get', '/api/v1/deliveries'],
    ['get', '/api/v1/deliveries/{id}'],
    ['post', '/api/v1/deliveries/{id}/resend'],
    ['post', '/api/v1/deliveries/{id}/cancel'],
    ['get', '/api/v1/leads'],
    ['get', '/api/v1/leads.csv'],
    ['get', '/api/v1/leads/{id}'],
    ['delete', '/api/v1/leads/{id}'],
    ['get', '/api/v1/event-types'],
    ['get', '/api/v1/stats'],
    ['get', '/api/v1/stream'],
    ['get', '/healthz'],
    ['get', '/readyz'],
    ['get', '/metrics'],
    ['get', '/openapi.json'],
    ['get', '/docs'],
  ]
  for (const [method = '', path = ''] of named) {
    expect(document.paths[path], path).toHaveProperty(method)
  }
})

test('every operation has an id of its own, a summary, a tag, and error answers with examples', () => {
  const ids = operations().map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  const tags = document.tags.map(({ name }) => name)
  for (const { at, operation } of operations()) {
    expect(operation.summary.length, at).toBeGreaterThan(4)
    expect(tags, at).toEqual(expect.arrayContaining(operation.tags ?? ['none']))
    const statuses = Object.keys(operation.responses)
    expect(statuses, at).toContain('500')
    if (operation.security === undefined) expect(statuses, at).toContain('401')
    for (const status of statuses.filter((text) => text >= '400')) {
      const media = operation.responses[status]?.content?.['application/json']
      expect(media?.schema, at).toEqual({ $ref: '#/components/schemas/Error' })
      expect(Object.keys(media?.examples ?? {}).length, at).toBeGreaterThan(0)
    }
  }
})

test('its names are told apart in every language that clients are made for', () => {
  const schemas = Object.keys(document.components.schemas)
  // openapi-generator's Go writes a constructor `NewX` beside each `X`.
  expect(schemas.filter((name) => /^New[A-Z]/.test(name))).toEqual([])
  const tags = document.tags.map(({ name }) => name)
  for (const names of [schemas, tags]) {
    const plain = names.map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
    expect(new Set(plain).size).toBe(names.length)
  }
  // openapi-python-client names what stands in a property by both, and drops what is named twice.
  const nested = Object.entries(document.components.schemas).flatMap(([name, { properties }]) =>
    Object.entries(properties ?? {})
      .filter(([, { type }]) => type === 'object')
      .map(([property]) => `${name}${property[0]?.toUpperCase()}${property.slice(1)}`),
  )
  expect(nested.filter((name) => schemas.includes(name))).toEqual([])
  // It makes a file for each tag, of the webhooks after that of the paths, over it.
  const used = (of: OpenApiDocument['paths']) =>
    new Set(
      Object.values(of).flatMap((methods) =>
        Object.values(methods).flatMap((one) => one.tags ?? []),
      ),
    )
  expect(used(document.paths).isDisjointFrom(used(document.webhooks))).toBe(true)
})

test('a route that asks for no body says how it refuses one', () => {
  const pause = document.paths['/api/v1/webhooks/{id}/pause']?.post
  expect(Object.keys(pause?.responses ?? {})).toEqual(expect.arrayContaining(['400', '413', '415']))
  expect(document.paths['/api/v1/webhooks/{id}']?.get?.responses).not.toHaveProperty('415')
})

test('every field of a query is a parameter, and the example of one is taken', () => {
  for (const { query, queryExample = {}, path, method, operationId } of routes) {
    const operation = document.paths[path]?.[method.toLowerCase()]
    const inQuery = operation?.parameters.filter((parameter) => parameter.in === 'query') ?? []
    const known = Object.keys((query as z.ZodObject | undefined)?.shape ?? {})
    expect([operationId, ...inQuery.map(({ name }) => name)]).toEqual([operationId, ...known])
    const shown = inQuery.filter(({ example }) => example !== undefined)
    expect(Object.fromEntries(shown.map(({ name, example }) => [name, example]))).toEqual(
      queryExample,
    )
    if (!query) continue
    expect(shown.length, operationId).toBeGreaterThan(0)
    const sent = shown.map(({ name, example }) => [name, String(example)])
    expect(query.safeParse(Object.fromEntries(sent)), operationId).toMatchObject({ success: true })
  }
})

test('the document says of itself that it is an object', () => {
  const answer = document.paths['/openapi.json']?.get?.responses[200]
  expect(answer?.content?.['application/json']?.schema).toEqual({ type: 'object' })
})

test('every reference leads somewhere', () => {
  const text = JSON.stringify(document)
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  )
  expect(names.length).toBeGreaterThan(50)
  expect(text).not.toContain('#/$defs/')
  for (const name of names) expect(document.components.schemas).toHaveProperty(name ?? '')
})

test('no parser of ours shows through: every schema is plain JSON Schema', () => {
  expect(JSON.stringify(document)).not.toMatch(/documentAs|~standard|"\$schema"|9007199254740991/)
  const limit = document.paths['/api/v1/deliveries']?.get?.parameters.find(
    ({ name }) => name === 'limit',
  )
  expect(limit?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 100, default: 50 })
})

test('every example of a body is taken by the schema that checks it', () => {
  for (const { body, operationId } of routes) {
    if (body)
      expect(body.schema.safeParse(body.example), operationId).toMatchObject({ success: true })
  }
})

test('every example of an answer is what its schema says, to the field', () => {
  for (const { answer, operationId } of routes) {
    if (!answer.schema) continue
    expect(answer.schema.parse(answer.example), operationId).toEqual(answer.example)
  }
})

test('the document is valid by the rules of OpenAPI 3.1 that it can break', () => {
  expect(document.openapi).toBe('3.1.0')
  for (const { at, operation } of operations()) {
    const path = at.split(' ')[1] ?? ''
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path')
    expect(
      inPath.map(({ name }) => `{${name}}`),
      at,
    ).toEqual(path.match(/\{\w+\}/g) ?? [])
    for (const { required } of inPath) expect(required).toBe(true)
    const keys = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
    expect(new Set(keys).size, at).toBe(keys.length)
    for (const response of Object.values(operation.responses)) {
      expect(response.description.length, at).toBeGreaterThan(0)
    }
  }
  for (const schema of Object.values(document.components.schemas)) assertJsonSchema(schema)
})

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']

function assertJsonSchema(schema: JsonSchema) {
  const types = schema.type === undefined ? [] : [schema.type].flat()
  for (const type of types) expect(TYPES).toContain(type)
  for (const name of schema.required ?? []) expect(schema.properties).toHaveProperty(name)
  for (const inner of Object.values(schema.properties ?? {})) assertJsonSchema(inner)
  for (const inner of schema.anyOf ?? []) assertJsonSchema(inner)
  if (schema.items) assertJsonSchema(schema.items)
  if (types.includes('array')) expect(schema.items).toBeDefined()
}

test('its schemas are read back by another reader of JSON Schema', () => {
  const { components } = document
  const whole = { $defs: components.schemas, $ref: '#/$defs/WebhookCreate' }
  const text = JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/')
  const reader = z.fromJSONSchema(JSON.parse(text))
  const good = { url: 'https://shop.example/', eventTypes: ['lead.submit'] }
  expect(reader.safeParse(good).success).toBe(true)
  expect(reader.safeParse({ ...good, colour: 'red' }).success).toBe(false)
  expect(reader.safeParse({ ...good, timeoutSeconds: 121 }).success).toBe(false)
})

test('the webhooks section describes each event of ours and any other, with the headers', () => {
  expect(Object.keys(document.webhooks)).toEqual(['lead.submit', ...NOTICE_TYPES, 'event'])
  for (const { post } of Object.values(document.webhooks)) {
    const headers = post?.parameters.map(({ name }) => name)
    expect(headers).toEqual([
      'x-chatzuri-signature',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'user-agent',
    ])
    expect(Object.keys(post?.responses ?? {})).toEqual(['410', '2XX', 'default'])
  }
})

test('the example delivery can be verified by whoever recomputes it', () => {
  const { guide, modern, timestamp } = SIGNATURE_EXAMPLES
  expect(createHmac('sha1', SECRET_EXAMPLE).update(BODY_EXAMPLE).digest('hex')).toBe(guide)
  const key = Buffer.from(SECRET_EXAMPLE.slice('whsec_'.length), 'base64')
  const content = `${EXAMPLE_IDS.event}.${timestamp}.${BODY_EXAMPLE}`
  expect(`v1,${createHmac('sha256', key).update(content).digest('base64')}`).toBe(modern)
  expect(JSON.stringify(JSON.parse(BODY_EXAMPLE))).toBe(BODY_EXAMPLE)
})

test('example ids are ids', () => {
  for (const [kind, id] of Object.entries(EXAMPLE_IDS)) {
    expect(isId(kind as keyof typeof EXAMPLE_IDS, id), id).toBe(true)
  }
})

test('every code that is answered anywhere is in the catalogue', () => {
  const folder = new URL('../../', import.meta.url)
  const ingest = readFileSync(new URL('ingest/ingest.ts', folder), 'utf8')
  const codes = [...ingest.matchAll(/new ApiError\(\s*\d+,\s*'(\w+)'/g)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(3)
  const text = JSON.stringify(document)
  for (const code of codes) expect(text).toContain(`"${code}"`)
})
