/** Names of a lead's own fields: the same rule in the API, in the dashboard's form and in the widget. */

/** Digits first would be put in another order by JSON. */
export const CUSTOM_NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_]{0,39}$/
/** What stands beside them already, or means something to JavaScript. */
const REFUSED_NAMES: readonly string[] = [
  'conversationId',
  'customerEmail',
  'customerName',
  'customerPhone',
  'token',
  'website',
  'constructor',
  'prototype',
]

/** Null: it may be a field's name. */
export function customNameFault(name: string): string | null {
  if (REFUSED_NAMES.includes(name)) return 'is a name of ours: take another'
  if (CUSTOM_NAME_PATTERN.test(name)) return null
  return 'must have a name of 1 to 40 letters, digits and `_`, with a letter first'
}
