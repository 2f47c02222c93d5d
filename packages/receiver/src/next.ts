/**
 * For Next.js. App Router, `app/webhooks/chatzuri/route.ts`: `export const POST = createRouteHandler({ … })`.
 * Pages Router, `pages/api/chatzuri.ts`: `export default createPagesHandler({ … })`, with Next's body
 * parser on or off (`export const config = { api: { bodyParser: false } }` keeps the raw bytes).
 */
export { createHandler as createPagesHandler } from './express.ts'
export { createHandler as createRouteHandler } from './fetch.ts'
