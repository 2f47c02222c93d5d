/** Zod schemas as JSON Schema, those with a name once, under `components`. */
import { z } from 'zod'

export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  description?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  anyOf?: JsonSchema[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  examples?: unknown[]
  additionalProperties?: boolean | JsonSchema
  [keyword: string]: unknown
}

export interface SchemaDocuments {
  /** The schema, or a reference to it if it has a name. */
  document(schema: z.ZodType): JsonSchema
  components: Record<string, JsonSchema>
}

export function createSchemaDocuments(): SchemaDocuments {
  const components: Record<string, JsonSchema> = {}
  return {
    components,
    document(schema) {
      const whole = z.toJSONSchema(schema, {
        // What a caller sends: answers have no defaults and no transforms, so they look the same.
        io: 'input',
        unrepresentable: 'any',
        override: ({ jsonSchema }) => showAsDocumented(jsonSchema),
      })
      const { $schema: _dialect, $defs, '~standard': _standard, ...root } = referToComponents(whole)
      Object.assign(components, $defs)
      return root
    },
  }
}

/** What a schema says of itself (`documentAs`) goes before what its parser looks like. */
function showAsDocumented(jsonSchema: Record<string, unknown>) {
  // Bounds that every double of JavaScript has tell a reader nothing.
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minLength === 0) delete jsonSchema.minLength
  const { documentAs, description, examples } = jsonSchema
  if (typeof documentAs !== 'object' || documentAs === null) return
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
  Object.assign(jsonSchema, documentAs)
  if (description !== undefined) jsonSchema.description = description
  if (examples !== undefined) jsonSchema.examples = examples
}

function referToComponents(schema: object): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(text) as JsonSchema
}
