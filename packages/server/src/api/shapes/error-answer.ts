/** Whatever went wrong, as the one shape that every error answer has. */
import { ApiError, type ErrorDetail, StoreUnavailable } from '../../errors.ts'
import type { OwnedKind } from '../../store/desk.ts'
import { ERROR_CODES, type ErrorCode } from './error-codes.ts'

interface ErrorAnswer {
  statusCode: number
  code: string
  error: string
  message: string
  details?: ErrorDetail[]
  requestId: string
  id?: string
  changed?: NonNullable<ApiError['about']>['changed']
}

/** How long a client should wait for a store that can't commit. */
const STORE_RETRY_SECONDS = 3

/** An error of this API's own catalogue, so that no status is written twice. */
export function apiError(
  code: ErrorCode,
  message: string = ERROR_CODES[code][1],
  extra: ConstructorParameters<typeof ApiError>[3] = {},
): ApiError {
  return new ApiError(ERROR_CODES[code][0], code, message, extra)
}

/** More than a person reads; one for each of 24,000 unknown fields is an answer of 2 MB. */
export const DETAILS_MAX = 100

export function invalidInput(mistakes: ErrorDetail[]): ApiError {
  const more = mistakes.length > 1 ? `; and ${mistakes.length - 1} more, see details` : ''
  const details = mistakes.slice(0, DETAILS_MAX)
  return apiError('invalid_input', `${details[0]?.message ?? 'The input is wrong'}${more}`, {
    details,
  })
}

export function notFound(noun: OwnedKind): ApiError {
  return apiError(`${noun}_not_found`)
}

/** `requestId`: of the request that is answered (request-id.ts). */
export function errorAnswer(error: ApiError, requestId: string): ErrorAnswer {
  const { statusCode, code, message, details, about } = error
  return {
    statusCode,
    code,
    error: statusName(statusCode),
    message,
    ...(details ? { details } : {}),
    requestId,
    ...about,
  }
}

/** Null: ours, unexpected; its message is for the log only. */
export function toApiError(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error
  if (error instanceof StoreUnavailable) {
    return apiError('store_unavailable', undefined, { retryAfterSeconds: STORE_RETRY_SECONDS })
  }
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return apiError('unsupported_media_type', 'The body must be sent as application/json')
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return apiError('body_too_large', 'The body is larger than this route takes')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return apiError('bad_request', 'The body has another length than Content-Length says')
    case 'FST_ERR_BAD_URL':
      return apiError('bad_request', "The URL's path is not valid percent-encoded UTF-8")
    // The one method that Fastify itself asks for more than a route does (QUERY, RFC 10008).
    case 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE':
      return apiError('bad_request', 'A request of this method needs a Content-Type')
    // Of a method that its router has never heard of: `PRI`, which Node's parser alone knows.
    case 'FST_ERR_NOT_FOUND':
      return apiError('bad_request', 'The request is not valid HTTP/1.1')
    case 'ECONNRESET':
    case 'ECONNABORTED':
      return apiError('bad_request', 'The connection ended before the body did')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return apiError('request_timeout')
    case 'HPE_HEADER_OVERFLOW':
      return apiError('headers_too_large')
    default:
      return null
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

// To import from `node:http` loads all that it exports, a whole client with it: 14 MB and 20 ms.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

export function statusName(statusCode: number): string {
  return STATUS_CODES[statusCode] ?? 'Error'
}
