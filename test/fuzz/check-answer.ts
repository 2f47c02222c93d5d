/** Holds an answer against the document: its status, its code, its type, every field of its body. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type {
  OpenApiDocument,
  ResponseObject,
} from '../../packages/server/src/api/document/openapi-document.ts'
import type { JsonSchema } from '../../packages/server/src/api/document/openapi-schemas.ts'
import type { Operation } from './operations.ts'
import type { WireAnswer } from './wire.ts'

/** What has no route, or never became a request: the document can't list it at an operation. */
const ANYWHERE: Readonly<Record<string, number>> = {
  bad_request: 400,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  url_too_long: 414,
  expectation_failed: 417,
  headers_too_large: 431,
}

interface Checked {
  operation: Operation | null
  method: string
  answer: WireAnswer
}

/** Null: as documented. Else one sentence. */
export type CheckAnswer = (checked: Checked) => string | null

export function createCheckAnswer(document: OpenApiDocument): CheckAnswer {
  const validatorOf = createValidators(document)

  function checkError({ operation, answer }: Checked): string | null {
    const { status } = answer
    const error = parseJson(answer)
    if (!isError(error)) return `${status} has no body of the shape of an error`
    const fault = faultOf(validatorOf({ $ref: '#/components/schemas/Error' }), error)
    if (fault !== null) return `${status}: the error's ${fault}`
    if (error.statusCode !== status)
      return `${status} says in its body that it is ${error.statusCode}`
    if (ANYWHERE[error.code] === status) return null
    if (!operation) return `${status} ${error.code} came from no operation of the document`
    const documented = codesOf(operation.responses[status])
    if (documented.includes(error.code)) return null
    return `${operation.name} answered ${status} ${error.code}, which its document does not list`
  }

  function checkSuccess({ operation, method, answer }: Checked): string | null {
    const { status } = answer
    // To a condition of the caller's own: HTTP's answer, and not the route's (RFC 9110, 15.4.5).
    if (status === 304 && method === 'GET') return null
    const response = operation?.responses[status]
    if (!operation || !response) return `${status} is not documented for ${operation?.name}`
    if (method === 'HEAD')
      return answer.body.length === 0 ? null : 'a HEAD was answered with a body'
    const [contentType, media] = Object.entries(response.content ?? {})[0] ?? []
    if (contentType === undefined) return null
    const given = answer.headers['content-type'] ?? ''
    if (!given.startsWith(contentType)) return `${operation.name} answered ${given}`
    if (contentType !== 'application/json') return null
    const fault = faultOf(validatorOf(media?.schema ?? {}), parseJson(answer))
    return fault === null ? null : `${operation.name} answered ${status}, and its ${fault}`
  }

  return (checked) => {
    if (checked.answer.status < 400) return checkSuccess(checked)
    // What HEAD would say is in the headers only.
    return checked.method === 'HEAD' ? null : checkError(checked)
  }
}

/** The examples of a response are one for each code. */
function codesOf(response: ResponseObject | undefined): string[] {
  return Object.keys(response?.content?.['application/json']?.examples ?? {})
}

function createValidators(document: OpenApiDocument): (schema: JsonSchema) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: false })
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  ajv.addFormat('uri', /^[a-z][a-z0-9+.-]*:/i)
  ajv.addFormat('email', /@/)
  const { schemas } = closed({ schemas: document.components.schemas }) as Record<string, unknown>
  const known = new Map<JsonSchema, ValidateFunction>()
  return (schema) => {
    let validate = known.get(schema)
    if (!validate) {
      const whole = { ...(closed(schema) as JsonSchema), components: { schemas } }
      validate = ajv.compile(whole)
      known.set(schema, validate)
    }
    return validate
  }
}

/** An object whose members are listed has no others: an answer must not say more than is documented. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]))
  const isOpen = typeof copy.properties === 'object' && !('additionalProperties' in copy)
  return isOpen && copy.type === 'object' ? { ...copy, additionalProperties: false } : copy
}

function faultOf(validate: ValidateFunction, value: unknown): string | null {
  if (validate(value)) return null
  const [error] = validate.errors ?? []
  const detail = JSON.stringify(error?.params)
  return `body breaks its schema at ${error?.instancePath || 'its root'}: ${error?.message} ${detail}`
}

export function parseJson({ headers, body }: WireAnswer): unknown {
  if (!headers['content-type']?.startsWith('application/json')) return undefined
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

interface ErrorBody {
  statusCode: number
  code: string
}

export function isError(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'code' in value && 'statusCode' in value
}
