/**
 * A lead's own fields, as they come from a stranger: the same rule in the API and in the widget, so
 * that what a page hands over is never what makes its lead too large, or no JSON that is taken.
 */
import { customNameFault } from './field-name.ts'

export const CUSTOM_FIELDS_MAX = 30
/** Bytes of UTF-8. */
export const CUSTOM_VALUE_BYTES_MAX = 4 * 1024
/** Of all names and values together, as JSON. */
export const CUSTOM_BYTES_MAX = 16 * 1024

type CustomValue = string | number | boolean

interface FittingFields {
  value: Record<string, CustomValue>
  /** What is left out, each with its sentence. */
  faults: { name: string; message: string }[]
}

const utf8 = new TextEncoder()

/** `first`: names in the order that they are kept in, before all others. What is empty is not kept. */
export function fittingFields(
  given: Record<string, unknown>,
  first: readonly string[] = [],
): FittingFields {
  const value: Record<string, CustomValue> = {}
  const faults: FittingFields['faults'] = []
  const names = new Set([
    ...first.filter((name) => Object.hasOwn(given, name)),
    ...Object.keys(given),
  ])
  // The braces; each field has a comma, but one.
  let [count, bytes] = [0, 1]
  for (const name of names) {
    const each = given[name]
    const message = customNameFault(name) ?? customValueFault(each)
    if (message !== null) faults.push({ name, message })
    if (message !== null || each === null || each === undefined || each === '') continue
    // JSON knows no other zero.
    const kept = each === 0 ? 0 : (each as CustomValue)
    const size = bytesOf(`"${name}":${JSON.stringify(kept)},`)
    if (count === CUSTOM_FIELDS_MAX) {
      faults.push({ name, message: `is one more than ${CUSTOM_FIELDS_MAX} fields` })
    } else if (bytes + size > CUSTOM_BYTES_MAX) {
      faults.push({ name, message: `makes them more than ${CUSTOM_BYTES_MAX} bytes` })
    } else {
      value[name] = kept
      count += 1
      bytes += size
    }
  }
  return { value, faults }
}

/** Null: it may be a field's value, or there is none. */
export function customValueFault(value: unknown): string | null {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
      return null
    case 'number': {
      const isExact =
        Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
      return isExact ? null : 'is a number that programs read differently: send it as a text'
    }
    case 'string':
      if (value.includes('\0')) return 'must not contain U+0000'
      return bytesOf(value) > CUSTOM_VALUE_BYTES_MAX
        ? `must have at most ${CUSTOM_VALUE_BYTES_MAX} bytes`
        : null
    default:
      return value === null ? null : 'must be a text, a number, or true or false'
  }
}

function bytesOf(text: string): number {
  return utf8.encode(text).length
}
