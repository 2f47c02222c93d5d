/** JSON Schemas as tables that a person reads. */
import { html, type Markup, prose } from './markup.ts'
import type { Parameter } from './openapi-document.ts'
import type { JsonSchema } from './openapi-schemas.ts'

const REFERENCE = '#/components/schemas/'

/** The fields of an object; nothing for what has none. */
export function fieldTable(schema: JsonSchema): Markup {
  const rows = fieldRows(schema, '')
  return rows.length === 0 ? html`` : table('Field', rows)
}

/** With those of objects in it, by their paths: `payload.customerName`, `messages[].role`. */
function fieldRows({ properties = {}, required = [] }: JsonSchema, path: string): Markup[] {
  return Object.entries(properties).flatMap(([key, field]) => {
    const name = path + key
    const isList = field.type === 'array'
    const inner = (isList ? field.items : field) ?? {}
    return [
      row({ name, field, isRequired: required.includes(key) }),
      ...fieldRows(inner, isList ? `${name}[].` : `${name}.`),
    ]
  })
}

/** What an endpoint gets: all of it, always. */
export function headerTable(headers: readonly Parameter[]): Markup {
  const rows = headers.map(({ name, description = '', schema }) =>
    row({ name, field: { ...schema, description }, isRequired: false }),
  )
  return html`<h4>Headers</h4>${table('Name', rows)}`
}

export function parameterTable(parameters: readonly Parameter[]): Markup {
  if (parameters.length === 0) return html``
  const rows = parameters.map(({ name, in: place, required, description, schema }) => {
    const about = place === 'header' ? 'Header. ' : ''
    const field = { ...schema, description: about + (description ?? '') }
    return row({ name, field, isRequired: required })
  })
  return html`<h4>Parameters</h4>${table('Name', rows)}`
}

/** A body's fields; of a named object, those of its definition. */
export function bodyTable(schema: JsonSchema, components: Record<string, JsonSchema>): Markup {
  const named = schema.$ref ? components[schema.$ref.slice(REFERENCE.length)] : undefined
  const { anyOf = [] } = schema
  return anyOf.length === 0 ? fieldTable(named ?? schema) : html`${anyOf.map(oneOfThem)}`
}

function oneOfThem(schema: JsonSchema): Markup {
  return html`<p>${String(schema.title ?? '')}:</p>${fieldTable(schema)}`
}

function table(first: string, rows: Markup[]): Markup {
  return html`<div class="scroll"><table><thead><tr><th scope="col">${first}</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

function row({
  name,
  field,
  isRequired,
}: {
  name: string
  field: JsonSchema
  isRequired: boolean
}): Markup {
  const need = isRequired ? html` <span class="badge">required</span>` : html``
  return html`<tr><td><code>${name}</code>${need}</td><td>${typeMarkup(field)}</td><td>${prose(meaning(field))}</td></tr>`
}

function meaning({ description = '', default: fallback, ...bounds }: JsonSchema): string {
  const parts = [description, boundsText(bounds)]
  if (fallback !== undefined && !/default/i.test(description)) {
    parts.push(`Default: \`${JSON.stringify(fallback)}\`.`)
  }
  return parts.filter((part) => part !== '').join(' ')
}

function boundsText(schema: JsonSchema): string {
  const { minimum, maximum, maxLength, maxItems } = schema
  if (minimum !== undefined && maximum !== undefined) {
    return `${minimum} to ${maximum}.`
  }
  if (maxLength !== undefined) return `Up to ${maxLength} characters.`
  return maxItems === undefined ? '' : `Up to ${maxItems}.`
}

function typeMarkup(schema: JsonSchema): Markup {
  if (schema.$ref) return reference(schema.$ref)
  if (schema.anyOf) return joined(schema.anyOf.map(typeMarkup))
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (schema.enum) return joined(schema.enum.map((value) => html`<code>${String(value)}</code>`))
  if (Array.isArray(schema.type)) return html`${schema.type.join(' or ')}`
  if (schema.type === 'array') return html`list of ${typeMarkup(schema.items ?? {})}`
  if (schema.format === 'date-time') return html`time`
  if (schema.format === 'date') return html`day`
  return html`${schema.type ?? 'anything'}`
}

function joined(types: Markup[]): Markup {
  return html`${types.map((type, index) => html`${index === 0 ? '' : ' or '}${type}`)}`
}

export function reference(ref: string): Markup {
  const name = ref.slice(REFERENCE.length)
  return html`<a href="#object-${name}">${name}</a>`
}
