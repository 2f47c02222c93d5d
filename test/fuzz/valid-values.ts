/** Values that a schema of the document takes. */
import fc from 'fast-check'
import type { JsonSchema } from '../../packages/server/src/api/document/openapi-schemas.ts'
import { type Draw, onceIn, pick } from './draw.ts'
import { idPrefixOf, type Pool } from './pool.ts'

export interface ValueWorld {
  resolve(schema: JsonSchema): JsonSchema
  pool: Pool
  /** Where deliveries may go: nothing leaves the machine. */
  endpointUrl: string
}

const ITEMS_MAX = 3
const LENGTH_MAX = 40

export function validValue(draw: Draw, given: JsonSchema, world: ValueWorld): unknown {
  const schema = world.resolve(given)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return pick(draw, schema.enum)
  const alternatives = schema.anyOf ?? (schema.oneOf as JsonSchema[] | undefined)
  if (alternatives) return validValue(draw, pick(draw, alternatives) ?? {}, world)
  if (schema.examples && onceIn(draw, 2))
    return onlyHere(pick(draw, schema.examples), schema, world)
  const type = Array.isArray(schema.type) ? pick(draw, schema.type) : schema.type
  switch (type) {
    case 'string':
      return validText(draw, schema, world)
    case 'integer':
    case 'number':
      return validNumber(draw, schema)
    case 'boolean':
      return draw(fc.boolean)
    case 'null':
      return null
    case 'array':
      return validArray(draw, schema, world)
    case 'object':
      return validObject(draw, schema, world)
    default:
      return draw(fc.jsonValue, { maxDepth: 2 })
  }
}

/**
 * An example as it may be sent here: ids that exist, and URLs that lead to this machine. Whatever
 * else it says stays.
 */
export function onlyHere(example: unknown, given: JsonSchema, world: ValueWorld): unknown {
  const schema = world.resolve(given)
  if (typeof example === 'string') {
    if (schema.format === 'uri') return world.endpointUrl
    const prefix = schema.pattern === undefined ? null : idPrefixOf(String(schema.pattern))
    return prefix === null ? example : (world.pool.newest(prefix) ?? example)
  }
  if (Array.isArray(example)) {
    return example.map((item) => onlyHere(item, schema.items ?? {}, world))
  }
  if (typeof example !== 'object' || example === null) return example
  const members = Object.entries(example).map(([key, value]) => [
    key,
    onlyHere(value, schema.properties?.[key] ?? {}, world),
  ])
  return Object.fromEntries(members) as unknown
}

function validText(draw: Draw, schema: JsonSchema, { pool, endpointUrl }: ValueWorld): string {
  const { format, pattern } = schema
  if (format === 'uri') return `${endpointUrl}/${draw(fc.nat, { max: 9 })}`
  if (format === 'date-time') return validTime(draw)
  if (format === 'email') return draw(fc.emailAddress)
  const { low, high } = lengths(schema)
  if (typeof pattern === 'string') {
    const prefix = idPrefixOf(pattern)
    if (prefix !== null) return pool.id(draw, prefix)
    return draw(textMatching, pattern, high)
  }
  return draw(plainText, low, high)
}

function textMatching(pattern: string, lengthMax: number): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, lengthMax))
}

/** Letters of several scripts, no white space at its ends. */
function plainText(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const letters = fc.constantFrom(...'abcXYZ019-._éßжあ中🙂', ' ')
  return fc
    .array(letters, { minLength, maxLength: Math.max(minLength, Math.min(maxLength, LENGTH_MAX)) })
    .map((all) => all.join('').replaceAll(/^ | $/g, 'x'))
}

/** Within a few days of now, most often; sometimes at the ends of what years there are. */
function validTime(draw: Draw): string {
  if (onceIn(draw, 10)) return draw(fc.constantFrom, '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z')
  const agoMs = draw(fc.integer, { min: -3_600_000, max: 3 * 86_400_000 })
  return new Date(Date.now() - agoMs).toISOString()
}

function lengths(schema: JsonSchema): { low: number; high: number } {
  const low = typeof schema.minLength === 'number' ? schema.minLength : 0
  const high = typeof schema.maxLength === 'number' ? schema.maxLength : LENGTH_MAX
  return { low, high }
}

function validNumber(draw: Draw, schema: JsonSchema): number {
  const min = typeof schema.minimum === 'number' ? schema.minimum : -1_000
  const max = typeof schema.maximum === 'number' ? schema.maximum : 1_000
  if (schema.type === 'number' && onceIn(draw, 3)) return draw(fc.double, { min, max, noNaN: true })
  return draw(fc.integer, { min: Math.ceil(min), max: Math.floor(max) })
}

function validArray(draw: Draw, schema: JsonSchema, world: ValueWorld): unknown[] {
  const low = typeof schema.minItems === 'number' ? schema.minItems : 0
  const high = typeof schema.maxItems === 'number' ? schema.maxItems : ITEMS_MAX
  const length = draw(fc.integer, { min: low, max: Math.max(low, Math.min(high, ITEMS_MAX)) })
  const items = Array.from({ length }, () => validValue(draw, schema.items ?? {}, world))
  return schema.uniqueItems === true ? [...new Set(items)] : items
}

function validObject(draw: Draw, schema: JsonSchema, world: ValueWorld): Record<string, unknown> {
  const { properties, required = [], additionalProperties } = schema
  if (!properties) {
    if (typeof additionalProperties !== 'object') return draw(fc.dictionary, keys(), fc.jsonValue())
    return { 'x-any': validValue(draw, additionalProperties, world) }
  }
  const members = Object.entries(properties)
    .filter(([name]) => required.includes(name) || draw(fc.boolean))
    .map(([name, member]) => [name, validValue(draw, member, world)])
  return Object.fromEntries(members) as Record<string, unknown>
}

function keys(): fc.Arbitrary<string> {
  return fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__')
}
