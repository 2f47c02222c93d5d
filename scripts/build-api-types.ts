/** Writes the dashboard's types of what the API says, from the OpenAPI document: `npm run types`. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openApiDocument } from '../packages/server/src/api/document/openapi.ts'
import { describedRoutes } from '../packages/server/test/api/documented.ts'

export const API_TYPES_PATH = fileURLToPath(
  new URL('../packages/dashboard/src/api/schema.ts', import.meta.url),
)
const LINE_MAX = 100

interface Schema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  $ref?: string
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
}

if (import.meta.filename === process.argv[1]) writeFileSync(API_TYPES_PATH, apiTypesText())

export function apiTypesText(): string {
  const document = openApiDocument(describedRoutes(), {
    publicUrl: 'http://localhost:8080',
    version: '0.0.0',
  })
  const types = Object.entries(document.components.schemas as Record<string, Schema>)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, schema]) => `export type ${name} = ${typeText(schema, '')}\n`)
  return `// Made by \`npm run types\` from the OpenAPI document; a test says when it is out of date.\n\n${types.join('\n')}`
}

function typeText(schema: Schema, indent: string): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? 'unknown'
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return union(schema.enum.map(literal), indent)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices)
    return union(
      choices.map((choice) => typeText(choice, indent)),
      indent,
    )
  if (Array.isArray(schema.type)) {
    return union(
      schema.type.map((type) => typeText({ ...schema, type }, indent)),
      indent,
    )
  }
  switch (schema.type) {
    case 'object':
      return objectText(schema, indent)
    case 'array':
      return arrayText(typeText(schema.items ?? {}, indent))
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    default:
      return 'unknown'
  }
}

function objectText(schema: Schema, indent: string): string {
  const { properties, additionalProperties: others } = schema
  if (!properties) {
    const value = typeof others === 'object' ? typeText(others, indent) : 'unknown'
    return `Record<string, ${value}>`
  }
  if (Object.keys(properties).length === 0) return 'Record<string, never>'
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, property]) => {
    const optional = schema.required?.includes(name) ? '' : '?'
    return `${inner}${name}${optional}: ${typeText(property, inner)}\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

function arrayText(item: string): string {
  return item.includes('|') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`
}

/** As the formatter breaks it. */
function union(parts: string[], indent: string): string {
  const line = [...new Set(parts)].join(' | ')
  if (indent.length + line.length + 20 <= LINE_MAX || line.includes('\n')) return line
  return `\n${indent}  | ${[...new Set(parts)].join(`\n${indent}  | `)}`
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}
