/**
 * How other languages write the JSON that they have read: what an endpoint hashes that takes the
 * parsed body instead of the bytes. Each is compared in `spellings.test.ts` with what the language
 * itself wrote; .NET's alone is by the documentation of its encoder.
 */
interface Style {
  /** Between a key and its value, and between members. */
  colon: string
  comma: string
  sortKeys: boolean
  /** Written into the text of each string after JSON's own escapes. */
  escape: (text: string) => string
}

const COMPACT: Style = { colon: ':', comma: ',', sortKeys: false, escape: (text) => text }

/** `json.dumps(data)`. */
export function pythonJson(value: unknown, change: Partial<Style> = {}): string {
  return write(value, { ...COMPACT, colon: ': ', comma: ', ', escape: escapeNonAscii, ...change })
}

export function pythonUnicodeJson(value: unknown): string {
  return pythonJson(value, { escape: COMPACT.escape })
}

export function pythonCompactJson(value: unknown): string {
  return pythonJson(value, { colon: ':', comma: ',' })
}

export function pythonSortedJson(value: unknown): string {
  return pythonJson(value, { sortKeys: true })
}

/** `json_encode($data)`. */
export function phpJson(value: unknown): string {
  // Python escapes U+007F as well, PHP doesn't.
  const escapes = (text: string) =>
    text.replaceAll('/', '\\/').replace(/[^ -\x7f]/g, (unit) => `\\u${hexOf(unit)}`)
  return write(value, { ...COMPACT, escape: escapes })
}

/** `json_encode($data, JSON_UNESCAPED_UNICODE)`, which still escapes U+2028 and U+2029. */
export function phpUnicodeJson(value: unknown): string {
  const escapes = (text: string) => escapeSeparators(text.replaceAll('/', '\\/'))
  return write(value, { ...COMPACT, escape: escapes })
}

/** `json_encode($data, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES)`. */
export function phpPlainJson(value: unknown): string {
  return write(value, { ...COMPACT, escape: escapeSeparators })
}

/** `json.Marshal` of a map. */
export function goJson(value: unknown): string {
  return write(value, { ...COMPACT, sortKeys: true, escape: escapeHtml })
}

/** Go's structs, and Rails' `to_json`: HTML escaped, the keys in their order. */
export function htmlSafeJson(value: unknown): string {
  return write(value, { ...COMPACT, escape: escapeHtml })
}

/** `JSON.stringify` after the keys were sorted. */
export function sortedJson(value: unknown): string {
  return write(value, { ...COMPACT, sortKeys: true })
}

/** `System.Text.Json` as it comes: `"`, `+`, `'`, HTML and whatever isn't ASCII as \uXXXX in capitals. */
export function dotnetJson(value: unknown): string {
  const escapes = (text: string) =>
    text
      .replaceAll('\\"', '\\u0022')
      .replace(/[^ -~]|[<>&'+`]/g, (unit) => `\\u${hexOf(unit).toUpperCase()}`)
  return write(value, { ...COMPACT, escape: escapes })
}

/** Gson as it comes. */
export function gsonJson(value: unknown): string {
  const escapes = (text: string) =>
    text.replace(/[<>&'=\u2028\u2029]/g, (unit) => `\\u${hexOf(unit)}`)
  return write(value, { ...COMPACT, escape: escapes })
}

function write(value: unknown, style: Style): string {
  if (typeof value === 'string') {
    return `"${style.escape(JSON.stringify(value).slice(1, -1))}"`
  }
  if (Array.isArray(value)) {
    return `[${value.map((each) => write(each, style)).join(style.comma)}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
  if (style.sortKeys) entries.sort(([left], [right]) => (left < right ? -1 : 1))
  const members = entries.map(
    ([key, member]) => `${JSON.stringify(key)}${style.colon}${write(member, style)}`,
  )
  return `{${members.join(style.comma)}}`
}

function escapeNonAscii(text: string): string {
  return text.replace(/[^ -~]/g, (unit) => `\\u${hexOf(unit)}`)
}

function escapeSeparators(text: string): string {
  return text.replace(/[\u2028\u2029]/g, (unit) => `\\u${hexOf(unit)}`)
}

function escapeHtml(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, (unit) => `\\u${hexOf(unit)}`)
}

/** Of a UTF-16 unit: what isn't in the basic plane is two of them. */
function hexOf(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0')
}
