/** HTML from templates in which every value is escaped unless it is markup already. */
export interface Markup {
  readonly markup: string
}

type Value = string | number | Markup | readonly Markup[]

export function html(strings: TemplateStringsArray, ...values: Value[]): Markup {
  let markup = strings[0] ?? ''
  for (const [index, value] of values.entries()) {
    markup += valueMarkup(value) + (strings[index + 1] ?? '')
  }
  return { markup }
}

function valueMarkup(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  if ('markup' in value) return value.markup
  return value.map(({ markup }) => markup).join('')
}

/** A sentence in which `this` is code. */
export function prose(text: string): Markup {
  const parts = text.split('`').map((part, index) => {
    const escaped = escapeHtml(part)
    return index % 2 === 1 ? `<code>${escaped}</code>` : escaped
  })
  return { markup: parts.join('') }
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
