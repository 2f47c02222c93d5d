/** Slips in the names of handlers: any type is a type, so `lead.sumbit` is no error, and waits for ever. */
import { isLeadEventType, LEAD_EVENT_TYPES } from './event.ts'

const LETTERS_OFF_MAX = 3
const warned = new Set<string>()

/** Once for each name, however often a handler is made. */
export function warnOfSlips(names: readonly string[]): void {
  for (const name of names) {
    const meant = LEAD_EVENT_TYPES.find((type) => lettersOff(name, type) <= LETTERS_OFF_MAX)
    if (!meant || isLeadEventType(name) || warned.has(name)) continue
    warned.add(name)
    console.warn(`No webhook sends "${name}": is it "${meant}"?`)
  }
}

/** How many are missing or too many, in whatever order they stand. */
function lettersOff(name: string, type: string): number {
  const tooMany = [...type].reduce((left, letter) => left.replace(letter, ''), name.toLowerCase())
  return 2 * tooMany.length + type.length - name.length
}
