/** Checks what a caller sent against its schema, and says what is wrong in sentences for people. */
import type { z } from 'zod'
import type { ErrorDetail } from '../../errors.ts'
import { memberPath } from '../../text/json.ts'
import { invalidInput } from './error-answer.ts'

/** What came in, checked; throws a 400 that names each wrong field. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value, { error: predicate })
  if (result.success) return result.data
  throw invalidInput(result.error.issues.flatMap(detailsOf))
}

/** A part of a body, checked, or what is wrong with it by its place in the body. */
export function checkPart(
  schema: z.ZodType,
  value: unknown,
  place: readonly PropertyKey[],
): { value: unknown } | { mistakes: ErrorDetail[] } {
  const result = schema.safeParse(value, { error: predicate })
  if (result.success) return { value: result.data }
  const issues = result.error.issues.map((issue) => ({ ...issue, path: [...place, ...issue.path] }))
  return { mistakes: issues.flatMap(detailsOf) }
}

function detailsOf(issue: z.core.$ZodIssue): ErrorDetail[] {
  const path = pathText(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: memberPath(path, key),
      message: `There is no field \`${memberPath(path, key)}\` here${issue.message}`,
    }))
  }
  const subject = path === '' ? 'The body' : `\`${path}\``
  return [{ path, message: `${subject} ${issue.message}` }]
}

function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const step of path) {
    text = typeof step === 'number' ? `${text}[${step}]` : memberPath(text, String(step))
  }
  return text
}

/** The sentence without its subject, which is the field's path. Schemas' own messages go first. */
function predicate(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required'
      return `must be ${typeText(issue.expected)}, not ${valueText(issue.input)}`
    case 'too_small':
      return sizeText('at least', { of: issue.origin, bound: issue.minimum })
    case 'too_big':
      return sizeText('at most', { of: issue.origin, bound: issue.maximum })
    case 'invalid_value':
      return `must be ${alternatives(issue.values.map(String))}`
    case 'invalid_union':
      return issue.input === undefined
        ? 'is required'
        : `has a wrong type: ${valueText(issue.input)}`
    case 'unrecognized_keys':
      return knownFields(issue.inst)
    default:
      return 'is not valid'
  }
}

function typeText(expected: string): string {
  switch (expected) {
    case 'int':
      return 'a whole number'
    case 'array':
      return 'a list'
    case 'object':
    case 'record':
      return 'an object'
    case 'boolean':
      return 'true or false'
    default:
      return `a ${expected}`
  }
}

function valueText(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : `${value}`
  return `a ${typeof value}`
}

function sizeText(
  relation: 'at least' | 'at most',
  { of, bound }: { of: string; bound: number | bigint },
): string {
  const plural = Number(bound) === 1 ? '' : 's'
  if (of === 'string') {
    if (relation === 'at least' && bound === 1) return 'must not be empty'
    return `must have ${relation} ${bound} character${plural}`
  }
  if (of === 'array') return `must have ${relation} ${bound} item${plural}`
  return `must be ${relation} ${bound}`
}

function alternatives(words: string[]): string {
  const quoted = words.map((word) => `\`${word}\``)
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`
}

/** Zod hands the schema that refused along; an object's definition lists its fields. */
function knownFields(schema: unknown): string {
  const shape = objectShape(schema)
  if (shape === null) return ''
  const names = Object.keys(shape)
  return names.length === 0
    ? '; none is known'
    : `; known are ${names.map((name) => `\`${name}\``).join(', ')}`
}

function objectShape(schema: unknown): object | null {
  const { _zod: internals } = (schema ?? {}) as { _zod?: { def?: { shape?: object } } }
  return internals?.def?.shape ?? null
}
