/** The reference: the OpenAPI document, and the page made from it. */

import { pageHeaders } from '../../security-headers.ts'
import type { ApiConfig } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { docsPage } from './docs-page.ts'
import { DOCS_STYLE } from './docs-style.ts'
import { openApiDocument } from './openapi.ts'

/** No script, no foreign resource: one style sheet, known by its hash. */
const PAGE_HEADERS = pageHeaders({ inlineStyles: [DOCS_STYLE] })

/** `others`: every route but these. */
export function docsRoutes(others: readonly Route[], config: ApiConfig): Route[] {
  // Made at the first request: a start should not wait for pages that may never be read.
  let text: string | undefined
  let page: string | undefined
  const routes: Route[] = []
  const document = () => openApiDocument([...others, ...routes], config)
  routes.push(
    documentRoute(() => (text ??= JSON.stringify(document()))),
    pageRoute(() => (page ??= docsPage(document(), config))),
  )
  return routes
}

function documentRoute(text: () => string): Route {
  return defineRoute({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getOpenApiDocument',
    tag: 'Server',
    summary: 'This API as an OpenAPI 3.1 document',
    access: 'public',
    answer: {
      status: 200,
      description: 'The document.',
      example: { openapi: '3.1.0' },
    },
    handle: ({ reply }) =>
      reply.header('content-type', 'application/json; charset=utf-8').send(text()),
  })
}

function pageRoute(page: () => string): Route {
  return defineRoute({
    method: 'GET',
    path: '/docs',
    operationId: 'getDocs',
    tag: 'Server',
    summary: 'The reference, for people',
    access: 'public',
    answer: { status: 200, description: 'A page.', contentType: 'text/html; charset=utf-8' },
    handle: ({ reply }) =>
      reply.header('content-type', 'text/html; charset=utf-8').headers(PAGE_HEADERS).send(page()),
  })
}
