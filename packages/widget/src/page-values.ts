/**
 * What the page hands over: `data-*` of the script tag, and `Chatzuri('set', {plan: 'pro'})` before or
 * after it is loaded. What is of a wrong name or type is dropped, and told in the console: a lead is
 * never lost for it.
 */
import { customNameFault } from '../../server/src/text/field-name.ts'

type Value = string | number | boolean
type Values = Record<string, Value>
type Call = ArrayLike<unknown>

interface Global {
  (...call: unknown[]): void
  /** Calls before the widget was there. */
  q?: Call[]
  /** Of the widget that came first: all of a page share them. */
  values?: Values
}

/** What is the tag's own; and what frameworks and page optimizers write on every script. */
const OTHERS =
  /^(chatbotId|mode|nscript|cfasync|astro\w*|turbo\w*|rocket\w*|pagespeed\w*|no[A-Z]\w*|wpStrategy)$/

/** The values of this moment: what the page has set, over what its tag says. */
export function listenToPage({ dataset }: HTMLElement): () => Values {
  const ofTag: Values = {}
  for (const [name, value] of Object.entries(dataset)) {
    if (!OTHERS.test(name)) put(ofTag, name, value)
  }
  const set = shared()
  return () => ({ ...ofTag, ...set })
}

function shared(): Values {
  const page = window as unknown as { Chatzuri?: Global }
  const before = page.Chatzuri
  if (before?.values) return before.values
  const values: Values = {}
  const take = (...[command, given]: unknown[]) => {
    if (command !== 'set' || typeof given !== 'object' || given === null) {
      warn(`only Chatzuri('set', { name: value }) is known, not ${String(command)}`)
      return
    }
    for (const [name, value] of Object.entries(given)) put(values, name, value)
  }
  page.Chatzuri = Object.assign(take, { values })
  for (const call of Array.isArray(before?.q) ? before.q : []) take(...Array.from(call))
  return values
}

/** Less than a lead may have, so that the form's answers always find room. */
const VALUES_MAX = 30
const VALUE_BYTES_MAX = 4_096
const ALL_BYTES_MAX = 12_000

function put(values: Values, name: string, value: unknown): void {
  const fault = customNameFault(name) ?? sizeFault({ ...values, [name]: value }, value)
  if (fault !== null) warn(`"${name}" ${fault.replaceAll('`', '')}: it is left out`)
  else if (value === null || value === undefined) delete values[name]
  else if (typeof value === 'string' || typeof value === 'boolean') values[name] = value
  else if (typeof value === 'number' && isExact(value)) values[name] = value
  else warn(`"${name}" must be a text, a number, or true or false: it is left out`)
}

/** As every program reads it. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function sizeFault(all: Record<string, unknown>, value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (bytesOf(value) > VALUE_BYTES_MAX) return `has more than ${VALUE_BYTES_MAX} bytes`
  if (Object.keys(all).length > VALUES_MAX) return `is one more than ${VALUES_MAX} values`
  return bytesOf(all) > ALL_BYTES_MAX ? `makes them more than ${ALL_BYTES_MAX} bytes` : null
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? '').length
}

function warn(sentence: string): void {
  console.warn(`Chatzuri: ${sentence}`)
}
