/**
 * What a lead brings beside who it is, as it comes from a stranger: read leniently, with a sentence for
 * each thing that is left out. Who must be told (a program) is refused with them; of a visitor's page
 * they are dropped, since a lead is never lost for what stands beside it.
 */
import { DEFAULT_CHANNEL, type LeadExtras } from './lead.ts'
import { fittingFields } from './text/custom-fields.ts'
import type { CustomValue, LeadContext } from './wants/seen-event.ts'

export const ADDRESS_LENGTH_MAX = 2_000
export const UTM_LENGTH_MAX = 200
export const TITLE_LENGTH_MAX = 300
export const LANGUAGE_LENGTH_MAX = 35
export const TIME_ZONE_LENGTH_MAX = 64

export const CHANNEL_PATTERN = /^[a-z][a-z0-9_-]{0,31}$/

/** `path`: from what was read, inwards. */
interface Fault {
  path: string[]
  message: string
}

interface Read<Value> {
  value: Value
  faults: Fault[]
}

/** `first`: names in the order that they are kept in, before all others. What is empty is not kept. */
export function readCustom(
  given: Record<string, unknown>,
  first: readonly string[] = [],
): Read<Record<string, CustomValue>> {
  const { value, faults } = fittingFields(given, first)
  for (const [name, each] of Object.entries(value)) {
    if (typeof each === 'string') value[name] = each.toWellFormed()
  }
  return { value, faults: faults.map(({ name, message }) => ({ path: [name], message })) }
}

type Utm = LeadContext['utm']
const UTM: readonly (keyof Utm)[] = ['source', 'medium', 'campaign', 'term', 'content']
const TEXTS = {
  title: TITLE_LENGTH_MAX,
  language: LANGUAGE_LENGTH_MAX,
  timeZone: TIME_ZONE_LENGTH_MAX,
} as const
const ADDRESSES = ['page', 'referrer'] as const
const CONTEXT_NAMES: readonly string[] = [...ADDRESSES, ...Object.keys(TEXTS), 'utm']

/** Null: nothing is known. `keepsQuery`: the owner asked for the part of addresses behind `?`. */
export function readContext(
  given: Record<string, unknown>,
  { keepsQuery }: { keepsQuery: boolean },
): Read<LeadContext | null> {
  const faults: Fault[] = []
  const reader = new Reader(given, [], faults)
  const { utm: utmGiven = {} } = given
  const isObject = typeof utmGiven === 'object' && utmGiven !== null && !Array.isArray(utmGiven)
  if (!isObject) faults.push({ path: ['utm'], message: 'must be an object' })
  const utmReader = new Reader(
    isObject ? (utmGiven as Record<string, unknown>) : {},
    ['utm'],
    faults,
  )
  const context: LeadContext = {
    page: reader.address('page', keepsQuery),
    title: reader.text('title', TEXTS.title),
    referrer: reader.address('referrer', keepsQuery),
    utm: {
      source: utmReader.text('source', UTM_LENGTH_MAX),
      medium: utmReader.text('medium', UTM_LENGTH_MAX),
      campaign: utmReader.text('campaign', UTM_LENGTH_MAX),
      term: utmReader.text('term', UTM_LENGTH_MAX),
      content: utmReader.text('content', UTM_LENGTH_MAX),
    },
    language: reader.text('language', TEXTS.language),
    timeZone: reader.text('timeZone', TEXTS.timeZone),
  }
  reader.refuseOthers(CONTEXT_NAMES)
  utmReader.refuseOthers(UTM)
  const { utm, ...others } = context
  const isKnown = [...Object.values(others), ...Object.values(utm)].some((text) => text !== '')
  return { value: isKnown ? context : null, faults }
}

class Reader {
  readonly #given: Record<string, unknown>
  readonly #path: string[]
  readonly #faults: Fault[]

  constructor(given: Record<string, unknown>, path: string[], faults: Fault[]) {
    this.#given = given
    this.#path = path
    this.#faults = faults
  }

  text(name: string, lengthMax: number): string {
    const value = this.#given[name] ?? ''
    if (typeof value !== 'string') return this.#refuse(name, 'must be a text')
    if (value.includes('\0')) return this.#refuse(name, 'must not contain U+0000')
    const text = value.trim().toWellFormed()
    if (text.length <= lengthMax) return text
    this.#refuse(name, `must have at most ${lengthMax} characters`)
    return text.slice(0, lengthMax).toWellFormed()
  }

  /** Origin and path: never a fragment, nor who is signed in. */
  address(name: string, keepsQuery: boolean): string {
    const value = this.#given[name] ?? ''
    if (typeof value !== 'string') return this.#refuse(name, 'must be a text')
    if (value.trim() === '') return ''
    const url = URL.parse(value.trim())
    if (!url || !/^https?:$/.test(url.protocol)) {
      return this.#refuse(name, 'must be an address that begins with http:// or https://')
    }
    const address = url.origin + url.pathname + (keepsQuery ? url.search : '')
    if (address.length <= ADDRESS_LENGTH_MAX) return address
    this.#refuse(name, `must have at most ${ADDRESS_LENGTH_MAX} characters`)
    return (url.origin + url.pathname).slice(0, ADDRESS_LENGTH_MAX)
  }

  refuseOthers(names: readonly string[]): void {
    for (const name of Object.keys(this.#given)) {
      if (!names.includes(name)) this.#refuse(name, 'is not known')
    }
  }

  #refuse(name: string, message: string): '' {
    this.#faults.push({ path: [...this.#path, name], message })
    return ''
  }
}

/** Null: it is what a lead without them would be. */
export function extrasOf({ custom, context, channel }: LeadExtras): LeadExtras | null {
  const isPlain =
    Object.keys(custom).length === 0 && context === null && channel === DEFAULT_CHANNEL
  return isPlain ? null : { custom, context, channel }
}
