/**
 * For Express 4 and 5: `app.all('/webhooks/chatzuri', createHandler({ … }))`, before or after any
 * body parser. An Express request is one of node:http with what parsers leave on it.
 */
export { createHandler, type ParsedRequest } from './node.ts'
