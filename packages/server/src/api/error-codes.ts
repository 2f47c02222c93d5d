/**
 * Every code that an answer can carry, with its status: the reference page and the OpenAPI document
 * list them from here. A code, once published, keeps its meaning.
 */
export const ERROR_CODES = {
  invalid_input: [400, 'A field is missing, has a wrong type or value, or does not exist.'],
  invalid_json: [400, 'The body is not valid JSON in UTF-8.'],
  missing_body: [400, 'This route needs a JSON body.'],
  invalid_cursor: [400, 'The cursor was changed, or belongs to another list or filter.'],
  blocked_address: [400, 'The URL points to an address that this server may not deliver to.'],
  use_leads: [400, 'Lead events come from the leads route; they can not be published.'],
  bad_request: [400, 'The request is not valid HTTP, or its URL is not decodable.'],
  missing_key: [401, 'There is no `Authorization: Bearer` header.'],
  invalid_key: [401, 'The key is not one of this server.'],
  not_found: [404, 'There is no such route.'],
  chatbot_not_found: [404, 'There is no such chatbot.'],
  webhook_not_found: [404, 'There is no such webhook.'],
  event_not_found: [404, 'There is no such event.'],
  delivery_not_found: [404, 'There is no such delivery.'],
  lead_not_found: [404, 'There is no such lead.'],
  recovery_not_found: [404, 'There is no such recovery.'],
  method_not_allowed: [405, 'The route exists, but not with this method; see `Allow`.'],
  request_timeout: [408, 'The request took too long to arrive.'],
  overlap_running: [409, 'An earlier rotation of the secret has not ended yet.'],
  no_overlap: [409, 'No rotation of the secret is under way.'],
  wrong_state: [409, 'The state of the resource does not allow this.'],
  webhook_deleted: [409, "The delivery's webhook was deleted."],
  too_many_webhooks: [409, 'The chatbot has as many webhooks as it may have.'],
  idempotency_conflict: [409, 'The Idempotency-Key was used with another body.'],
  lead_erased: [410, 'The personal data of this lead was erased.'],
  body_too_large: [413, 'The body, or the delivery that it would make, is too large.'],
  unsupported_media_type: [415, 'Bodies are `application/json` in UTF-8.'],
  expectation_failed: [417, 'The only expectation that is met is `100-continue`.'],
  headers_too_large: [431, 'The URL and headers are too large.'],
  internal_error: [500, 'Something broke on our side; it was logged.'],
  store_unavailable: [503, 'The store can not commit now: nothing was written; try again.'],
  backlog_full: [503, 'Too many deliveries are waiting; nothing was accepted; try again later.'],
  not_ready: [503, 'The server is starting or stopping, or its store is away.'],
} as const satisfies Record<string, readonly [statusCode: number, meaning: string]>

export type ErrorCode = keyof typeof ERROR_CODES
