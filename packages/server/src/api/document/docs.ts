/** The reference: the OpenAPI document, and the page made from it. */

import { pageHeaders } from '../../security-headers.ts'
import type { ApiConfig } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { docsPage } from './docs-page.ts'
import { DOCS_STYLE } from './docs-style.ts'
import { madePage } from './made-page.ts'
import { openApiDocument } from './openapi.ts'

/** No script, no foreign resource: one style sheet, known by its hash. */
const PAGE_HEADERS = pageHeaders({ inlineStyles: [DOCS_STYLE] })

/** `others`: every route but these. */
export function docsRoutes(others: readonly Route[], config: ApiConfig): Route[] {
  const routes: Route[] = []
  const document = () => openApiDocument([...others, ...routes], config)
  routes.push(
    documentRoute(madePage(() => JSON.stringify(document()))),
    pageRoute(madePage(() => docsPage(document(), config))),
  )
  return routes
}

function documentRoute(answer: ReturnType<typeof madePage>): Route {
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
    handle: ({ request, reply }) =>
      answer({
        request,
        reply,
        headers: { 'content-type': 'application/json; charset=utf-8' },
      }),
  })
}

function pageRoute(answer: ReturnType<typeof madePage>): Route {
  return defineRoute({
    method: 'GET',
    path: '/docs',
    operationId: 'getDocs',
    tag: 'Server',
    summary: 'The reference, for people',
    access: 'public',
    answer: { status: 200, description: 'A page.', contentType: 'text/html; charset=utf-8' },
    handle: ({ request, reply }) =>
      answer({
        request,
        reply,
        headers: { ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8' },
      }),
  })
}
