/**
 * A published payload as the text that is stored, hashed and sent: a fixed point of JavaScript's
 * JSON, so that a receiver who hashes `JSON.stringify(req.body)` gets our bytes (wire-format, Body).
 * Well-formed Unicode is made; everything else that would change is refused with its path.
 */
type CanonicalPayload = { ok: true; text: string } | { ok: false; refusal: PayloadRefusal }

interface PayloadRefusal {
  path: string
  message: string
}

export const PAYLOAD_DEPTH_MAX = 64

export function canonicalPayload(payload: unknown, path = 'payload'): CanonicalPayload {
  // Nearly every payload is its own clean copy; to make one, with a path for each value, costs five
  // times as much as to look.
  if (isClean(payload, PAYLOAD_DEPTH_MAX)) return { ok: true, text: JSON.stringify(payload) }
  const refusals: PayloadRefusal[] = []
  const clean = cleanValue(payload, { path, depth: 1, refusals })
  const refusal = refusals[0]
  return refusal ? { ok: false, refusal } : { ok: true, text: JSON.stringify(clean) }
}

/** Whether `cleanValue` would change and refuse nothing. `depth`: how many levels there may be. */
function isClean(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return isCleanText(value)
    case 'number':
      return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
    case 'boolean':
      return true
    case 'object':
      if (value === null) return true
      if (depth === 0) return false
      return Array.isArray(value)
        ? value.every((item) => isClean(item, depth - 1))
        : isCleanObject(value, depth)
    default:
      return false
  }
}

function isCleanObject(object: object, depth: number): boolean {
  for (const key of Object.keys(object)) {
    const item = (object as Record<string, unknown>)[key]
    if (key === '__proto__' || (key === 'constructor' && hasPrototype(item))) return false
    if (!isCleanText(key) || !isClean(item, depth - 1)) return false
  }
  return true
}

function isCleanText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

interface Place {
  path: string
  depth: number
  /** The first refusal ends the walk: what comes after it is of no interest. */
  refusals: PayloadRefusal[]
}

function cleanValue(value: unknown, place: Place): unknown {
  switch (typeof value) {
    case 'string':
      return cleanText(value, place)
    case 'number':
      return cleanNumber(value, place)
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      if (place.depth > PAYLOAD_DEPTH_MAX) {
        return refuse(place, `is nested deeper than ${PAYLOAD_DEPTH_MAX} levels`)
      }
      return Array.isArray(value) ? cleanArray(value, place) : cleanObject(value, place)
    default:
      return refuse(place, `is not a JSON value but ${typeof value}`)
  }
}

function cleanText(text: string, place: Place): string {
  if (text.includes('\0')) {
    refuse(place, 'contains U+0000, which many databases can not store')
    return text
  }
  return text.isWellFormed() ? text : text.toWellFormed()
}

function cleanNumber(value: number, place: Place): number {
  if (!Number.isFinite(value)) refuse(place, 'is too large for a double')
  else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    refuse(
      place,
      'is an integer of 2^53 or more, where a double no longer tells neighbours apart: send it as text',
    )
  }
  return value
}

function cleanArray(items: unknown[], place: Place): unknown[] {
  const clean: unknown[] = []
  for (const [index, item] of items.entries()) {
    clean.push(cleanValue(item, inside(place, `[${index}]`)))
    if (place.refusals.length > 0) break
  }
  return clean
}

function cleanObject(object: object, place: Place): object {
  const clean: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(object)) {
    const spot = inside(place, `.${key}`)
    if (key === '__proto__' || (key === 'constructor' && hasPrototype(value))) {
      refuse(spot, "is a key that receivers' parsers refuse or drop")
    }
    const cleanKey = cleanText(key, spot)
    if (Object.hasOwn(clean, cleanKey)) refuse(spot, 'is the same key twice in well-formed Unicode')
    if (place.refusals.length > 0) break
    clean[cleanKey] = cleanValue(value, spot)
  }
  return clean
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
}

function inside(place: Place, step: string): Place {
  return { path: place.path + step, depth: place.depth + 1, refusals: place.refusals }
}

function refuse(place: Place, message: string): null {
  place.refusals.push({ path: place.path, message: `\`${place.path}\` ${message}` })
  return null
}
