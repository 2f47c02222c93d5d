/**
 * JSON from strangers, read so that nothing changes silently: what JavaScript would drop, poison or
 * round, and a key that stands there twice, is refused with its path. Pure; it never throws for what the text says.
 */

import { findDoubledKey, lookThrough, stringEnd } from './json-text.ts'

/** What is wrong, for people, and where. */
export interface JsonFault {
  code: 'invalid_json' | 'invalid_input'
  message: string
  /** `events[3].payload.amount`; empty: the whole text. */
  path: string
}

type StrictJson = { ok: true; value: unknown } | ({ ok: false } & JsonFault)

/** A payload's 64 levels, and the envelope of a batch around it: object, array, object. */
export const DOCUMENT_DEPTH_MAX = 64 + 3

export function parseJsonStrictly(text: string): StrictJson {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const message = `The body is not valid JSON: ${syntaxSentence(error, text)}`
    return { ok: false, code: 'invalid_json', message, path: '' }
  }
  // Depth first: the search for a number's path walks recursively.
  const members = countSafely(value, DOCUMENT_DEPTH_MAX)
  if (members === UNSAFE) {
    const unsafe = unsafeJsonPath(value, { path: '', depthMax: DOCUMENT_DEPTH_MAX })
    if (unsafe) return { ok: false, ...unsafe }
  }
  // What is written more often than it was kept was written twice, in whatever spelling.
  const written = lookThrough(text)
  if (written.members !== members) return { ok: false, ...doubledKeyFault(text) }
  const inexact = written.mayBeInexact ? findInexactNumber(text) : null
  if (inexact) return { ok: false, ...inexactNumberFault(text, inexact) }
  return { ok: true, value }
}

const UNSAFE = -1

/**
 * How many members all objects of a parsed value have; UNSAFE: `unsafeJsonPath` says what is wrong.
 * Without paths, which cost most of a walk and are asked for only where something is wrong.
 */
function countSafely(value: unknown, depthMax: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depthMax === 0) return UNSAFE
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item !== 'object' || item === null) continue
      const inner = countSafely(item, depthMax - 1)
      if (inner === UNSAFE) return UNSAFE
      count += inner
    }
    return count
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || key === 'constructor') {
      if (unsafeKey(value, '') !== null) return UNSAFE
    }
    count += 1
    const item: unknown = (value as Record<string, unknown>)[key]
    if (typeof item !== 'object' || item === null) continue
    const inner = countSafely(item, depthMax - 1)
    if (inner === UNSAFE) return UNSAFE
    count += inner
  }
  return count
}

function doubledKeyFault(text: string): JsonFault {
  let path = ''
  for (const step of findDoubledKey(text) ?? []) {
    path = typeof step === 'number' ? `${path}[${step}]` : memberPath(path, step)
  }
  return fault(path, 'stands there twice: of the two, parsers keep one or the other')
}

/**
 * The first place in a parsed value that no receiver would read back as it was: nested too deep, or
 * a key that parsers drop or refuse. Null: none.
 */
export function unsafeJsonPath(
  value: unknown,
  { path, depthMax }: { path: string; depthMax: number },
): JsonFault | null {
  if (typeof value !== 'object' || value === null) return null
  if (depthMax === 0) return fault(path, 'is nested too deeply')
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (typeof item !== 'object') continue
      const found = unsafeJsonPath(item, { path: `${path}[${index}]`, depthMax: depthMax - 1 })
      if (found) return found
    }
    return null
  }
  return unsafeKey(value, path) ?? unsafeMember(value, { path, depthMax })
}

function unsafeMember(
  value: object,
  { path, depthMax }: { path: string; depthMax: number },
): JsonFault | null {
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'object' || item === null) continue
    const found = unsafeJsonPath(item, { path: memberPath(path, key), depthMax: depthMax - 1 })
    if (found) return found
  }
  return null
}

function unsafeKey(value: object, path: string): JsonFault | null {
  if (Object.hasOwn(value, '__proto__')) {
    return fault(memberPath(path, '__proto__'), "is a key that receivers' parsers refuse or drop")
  }
  if (!Object.hasOwn(value, 'constructor')) return null
  const inner: unknown = Reflect.get(value, 'constructor')
  if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, 'prototype')) return null
  const spot = memberPath(memberPath(path, 'constructor'), 'prototype')
  return fault(spot, "is a key that receivers' parsers refuse or drop")
}

/** `a.b[2]["odd key"]`: dots where a person would write dots. */
export function memberPath(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

function fault(path: string, sentence: string): JsonFault {
  return { code: 'invalid_input', path, message: `\`${path}\` ${sentence}` }
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Steps over strings; the text is known to be valid JSON. */
function findInexactNumber(text: string): { at: number; source: string } | null {
  let at = 0
  while (at < text.length) {
    const character = text.charCodeAt(at)
    if (character === 0x22) {
      at = stringEnd(text, at)
    } else if (character === 0x2d || (character >= 0x30 && character <= 0x39)) {
      NUMBER.lastIndex = at
      const source = NUMBER.exec(text)?.[0] ?? '-'
      if (!isExact(source)) return { at, source }
      at += source.length
    } else {
      at += 1
    }
  }
  return null
}

/** Whether the double's shortest spelling names the same number as the text does. */
function isExact(source: string): boolean {
  if (source.length < 16 && !/[eE]/.test(source)) return true
  const value = Number(source)
  const shortest = String(value)
  if (shortest === source) return true
  return Number.isFinite(value) && decimalForm(source) === decimalForm(shortest)
}

/** One spelling for each number: its digits without outer zeros, and the exponent. */
function decimalForm(source: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source)
  if (!match) return source
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  const trimmed = withoutTrailingZeros(digits)
  if (trimmed === '') return '0'
  return `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`
}

/** By hand: `/0+$/` begins anew at each zero, and a number of 100 KB of them stops the server. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 0x30) end -= 1
  return digits.slice(0, end)
}

const MARK = '\0inexact\0'

/** Only for the answer: puts a mark where the number is, and looks for it in what is parsed. */
function inexactNumberFault(
  text: string,
  { at, source }: { at: number; source: string },
): JsonFault {
  const marked = text.slice(0, at) + JSON.stringify(MARK) + text.slice(at + source.length)
  const shown = source.length > 40 ? `${source.slice(0, 40)}…` : source
  const path = findMark(JSON.parse(marked), '') ?? ''
  return fault(path, `is a number that a double does not hold exactly (${shown}): send it as text`)
}

function findMark(value: unknown, path: string): string | null {
  if (value === MARK) return path
  if (typeof value !== 'object' || value === null) return null
  for (const [key, item] of Object.entries(value)) {
    const spot = Array.isArray(value) ? `${path}[${key}]` : memberPath(path, key)
    const found = findMark(item, spot)
    if (found !== null) return found
  }
  return null
}

/** V8 names the position only where the text is long; a person wants it always. */
function syntaxSentence(error: unknown, text: string): string {
  if (text.trim() === '') return 'it is empty'
  const told = error instanceof Error ? error.message : ''
  if (/end of JSON input|Unterminated|property name or '\}'/.test(told) && !/position/.test(told)) {
    return `it ends too early, after ${text.length} characters`
  }
  const position = /position (\d+)(?: \(line (\d+) column (\d+)\))?/.exec(told)
  if (!position) return told.replace(/, (?:\.\.\.)?".*$/s, '').replace(/ in JSON$/, '')
  const [found, at, line, column] = position
  const sentence = told.slice(0, told.indexOf(found)).replace(/(?: in JSON)? at $/, '')
  return line === undefined
    ? `${sentence} at position ${at}`
    : `${sentence} at position ${at} (line ${line}, column ${column})`
}
