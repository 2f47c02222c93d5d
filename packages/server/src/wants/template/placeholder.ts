/** Placeholders: `{{path}}`, `{{path ?? 'instead'}}`, `{{path | lower | trim}}`. */
import type { JsonValue, SeenEvent } from '../seen-event.ts'
import { valueAt } from './paths.ts'

const FUNCTIONS = ['lower', 'upper', 'trim', 'first', 'last', 'digits', 'date'] as const
type FunctionName = (typeof FUNCTIONS)[number]

export interface Placeholder {
  path: readonly string[]
  functions: readonly FunctionName[]
  /** In the place of what is missing, null or empty. */
  instead: string | null
}

type Read = { ok: true; placeholder: Placeholder } | { ok: false; message: string }

const PATH = /^\s*([A-Za-z_$][\w$-]*(?:\.[\w$-]+)*)\s*/
const INSTEAD = /^\?\?\s*(?:'([^']*)'|"([^"]*)")\s*/
const PIPE = /^\|\s*([A-Za-z]+)\s*/

/** `text` is what stands between the braces. */
export function readPlaceholder(text: string): Read {
  const path = PATH.exec(text)
  if (!path?.[1])
    return {
      ok: false,
      message: `\`{{${text}}}\` names no path, as \`{{payload.customerName}}\` does`,
    }
  let rest = text.slice(path[0].length)
  let instead: string | null = null
  const functions: FunctionName[] = []
  while (rest !== '') {
    const given = INSTEAD.exec(rest)
    const piped = PIPE.exec(rest)
    if (given && instead === null) {
      instead = given[1] ?? given[2] ?? ''
      rest = rest.slice(given[0].length)
    } else if (piped?.[1]) {
      const name = FUNCTIONS.find((known) => known === piped[1])
      if (!name) {
        return {
          ok: false,
          message: `there is no function \`${piped[1]}\`: there are ${FUNCTIONS.join(', ')}`,
        }
      }
      functions.push(name)
      rest = rest.slice(piped[0].length)
    } else {
      return {
        ok: false,
        message: `\`{{${text}}}\` is no placeholder: after the path come \`?? 'instead'\` and \`| function\``,
      }
    }
  }
  return { ok: true, placeholder: { path: path[1].split('.'), functions, instead } }
}

/** With its type: of a string that is one placeholder and nothing else. Missing is null. */
export function valueIn({ path, functions, instead }: Placeholder, event: SeenEvent): JsonValue {
  const found = applied(valueAt(event, path) ?? null, functions)
  return instead !== null && (found === null || found === '') ? instead : found
}

/** Within a longer text. */
export function textIn(placeholder: Placeholder, event: SeenEvent): string {
  const value = valueIn(placeholder, event)
  if (value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function applied(value: JsonValue, functions: readonly FunctionName[]): JsonValue {
  let now = value
  for (const name of functions) if (typeof now === 'string') now = APPLY[name](now)
  return now
}

const APPLY: Readonly<Record<FunctionName, (text: string) => string>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  trim: (text) => text.trim(),
  first: (text) => wordsOf(text)[0] ?? '',
  last: (text) => wordsOf(text).at(-1) ?? '',
  digits: (text) => text.replace(/[^0-9]/g, ''),
  date: (text) => {
    const at = Date.parse(text)
    // Not every text is a time: it stays as it is.
    return Number.isNaN(at) ? text : new Date(at).toISOString().slice(0, 10)
  },
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
