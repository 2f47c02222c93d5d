/** What we say of the OpenAPI 3.1 document's form. */
import type { Tag } from '../route.ts'
import type { JsonSchema } from './openapi-schemas.ts'

export interface OpenApiDocument {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string; license: Record<string, string> }
  servers: { url: string }[]
  security: Record<string, string[]>[]
  tags: { name: Tag; description: string }[]
  paths: Record<string, Record<string, Operation>>
  webhooks: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, JsonSchema>
    securitySchemes: Record<string, Record<string, string>>
  }
}

export interface Operation {
  operationId: string
  summary: string
  description?: string
  tags?: Tag[]
  security?: Record<string, string[]>[]
  parameters: Parameter[]
  requestBody?: { required: boolean; content: Record<string, MediaType> }
  responses: Record<string, ResponseObject>
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  /** An object, as `name[key]=`. */
  style?: 'deepObject'
  explode?: true
  description?: string
  schema: JsonSchema
  example?: unknown
}

export interface MediaType {
  schema?: JsonSchema
  example?: unknown
  examples?: Record<string, { summary?: string; value: unknown }>
}

export interface ResponseObject {
  description: string
  headers?: Record<string, { description: string; schema: JsonSchema }>
  content?: Record<string, MediaType>
}
