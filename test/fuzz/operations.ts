/** The operations of a server, as its own document lists them: a new route needs no line here. */
import type {
  Operation as DocumentedOperation,
  OpenApiDocument,
  Parameter,
  ResponseObject,
} from '../../packages/server/src/api/document/openapi-document.ts'
import type { JsonSchema } from '../../packages/server/src/api/document/openapi-schemas.ts'

export interface Operation {
  name: string
  method: string
  /** With its parameters in braces. */
  path: string
  /** Else it may ask for something that no key stands for: an origin, a token, a session. */
  takesKey: boolean
  parameters: Parameter[]
  body: OperationBody | null
  responses: Record<string, ResponseObject>
}

interface OperationBody {
  schema: JsonSchema
  example: unknown
  isRequired: boolean
}

export function listOperations(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, documented]) =>
      readOperation({ path, method: method.toUpperCase(), documented }),
    ),
  )
}

function readOperation(place: {
  path: string
  method: string
  documented: DocumentedOperation
}): Operation {
  const { path, method, documented } = place
  const content = documented.requestBody?.content['application/json']
  return {
    name: documented.operationId,
    method,
    path,
    takesKey: documented.security?.some((way) => 'key' in way) ?? true,
    parameters: documented.parameters,
    body: content
      ? {
          schema: content.schema ?? {},
          example: content.example,
          isRequired: documented.requestBody?.required === true,
        }
      : null,
    responses: documented.responses,
  }
}

/** What a reference in the document points to. */
export function resolveSchema(document: OpenApiDocument, schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/components/schemas/', '')
  if (name === undefined) return schema
  const found = document.components.schemas[name]
  if (!found) throw new Error(`The document refers to ${schema.$ref}, and has no such schema`)
  return found
}
