/**
 * What most never need to set, each once: what is typed, saved, refused and shown of a setting is made
 * from its entry. The words stand in `texts`.
 */
import { texts } from '../../texts/texts.ts'
import type { PairsSetting } from './pairs.ts'

const { settings } = texts.webhooks

export interface NumberSetting {
  min: number
  max: number
  /** May be a fraction. */
  isFraction: boolean
  /** It holds for deliveries that wait, too. */
  isOfRequests: boolean
  texts: NumberTexts
}

export interface NumberTexts {
  label: string
  hint: string
  fault: string
  /** In place of a number, where there is none. */
  unset: string
  /** On the webhook's page. */
  fact: string
  shown(value: number): string
}

/** A number each, or none. */
export const NUMBERS = {
  timeoutSeconds: {
    min: 1,
    max: 120,
    isFraction: false,
    isOfRequests: true,
    texts: settings.timeoutSeconds,
  },
  maxInFlight: {
    min: 1,
    max: 256,
    isFraction: false,
    isOfRequests: true,
    texts: settings.maxInFlight,
  },
  ratePerSecond: {
    min: 0.1,
    max: 1_000,
    isFraction: true,
    isOfRequests: true,
    texts: settings.ratePerSecond,
  },
} satisfies Record<string, NumberSetting>

/** Texts by name each. */
export const PAIRS = {
  headers: {
    max: 20,
    nameLengthMax: 100,
    valueLengthMax: 1_000,
    isCaseless: true,
    isOfRequests: true,
    texts: settings.headers,
  },
  metadata: {
    max: 20,
    nameLengthMax: 40,
    // 500 characters, of which each may count twice here: what is too long the server says.
    valueLengthMax: 1_000,
    isCaseless: false,
    isOfRequests: false,
    texts: settings.metadata,
  },
} satisfies Record<string, PairsSetting>

export type NumberName = keyof typeof NUMBERS
export type PairsName = keyof typeof PAIRS

export const NUMBER_NAMES = Object.keys(NUMBERS) as NumberName[]
export const PAIRS_NAMES = Object.keys(PAIRS) as PairsName[]

/** The same made of each. */
export function eachOf<Name extends string, Made>(
  names: readonly Name[],
  make: (name: Name) => Made,
): Record<Name, Made> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Made>
}
