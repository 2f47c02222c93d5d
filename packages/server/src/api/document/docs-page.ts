/** The reference page, made on the server from the OpenAPI document. It needs no JavaScript. */

import type { Tag } from '../route.ts'
import { ERROR_CODES, type ErrorCode } from '../shapes/error-codes.ts'
import {
  errorTable,
  operationSection,
  type PlacedOperation,
  receivedSection,
} from './docs-operation.ts'
import { conventions, type QuickStart, quickStart } from './docs-quick-start.ts'
import { fieldTable } from './docs-schemas.ts'
import { DOCS_STYLE } from './docs-style.ts'
import { html, type Markup, prose } from './markup.ts'
import type { OpenApiDocument } from './openapi-document.ts'

export function docsPage(document: OpenApiDocument, start: QuickStart): string {
  const { title, version, description } = document.info
  const groups = operationsByTag(document)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: reference</title>
<link rel="icon" href="data:,">
<style>${{ markup: DOCS_STYLE }}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="frame">
${contents(groups, document)}
<main id="content">
<h1>${title}</h1>
<p class="lead">${description}</p>
<p class="soft">Version ${version} · <a href="/openapi.json">OpenAPI 3.1 document</a> · <a href="/">Dashboard</a></p>
${quickStart(start)}
${conventions(start)}
${[...groups].map(([tag, operations]) => tagSection(tag, operations, document))}
${received(document)}
${objects(document)}
<h2 class="section" id="errors">Error codes</h2>
<p>Every error answer is JSON: <code>statusCode</code>, a stable <code>code</code>, <code>error</code>, a <code>message</code> for people and, where input was wrong, <code>details</code> with the path of each field.</p>
${errorTable(Object.keys(ERROR_CODES) as ErrorCode[])}
</main>
</div>
</body>
</html>
`
  return page.markup
}

type Groups = Map<Tag, PlacedOperation[]>

function operationsByTag({ tags, paths }: OpenApiDocument): Groups {
  const groups: Groups = new Map(tags.map(({ name }) => [name, []]))
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      for (const tag of operation.tags ?? []) groups.get(tag)?.push({ method, path, operation })
    }
  }
  // What an endpoint gets has a section of its own.
  return new Map([...groups].filter(([, operations]) => operations.length > 0))
}

function contents(groups: Groups, { webhooks }: OpenApiDocument): Markup {
  const listed = [...groups].map(([tag, operations]) =>
    contentsGroup(
      tag,
      operations.map(({ operation }) => [operation.operationId, operation.summary]),
    ),
  )
  const received = Object.values(webhooks).flatMap((methods) =>
    Object.values(methods).map(
      ({ operationId, summary }) => [operationId, summary.replaceAll('`', '')] as const,
    ),
  )
  return html`<nav aria-label="Contents">
<a class="brand" href="#content">Chatzuri webhooks</a>
<ul><li><a href="#quick-start">Quick start</a></li><li><a href="#conventions">Conventions</a></li></ul>
${listed}
${contentsGroup('What your endpoint gets', received)}
<h2>More</h2>
<ul><li><a href="#objects">Objects</a></li><li><a href="#errors">Error codes</a></li></ul>
</nav>`
}

function contentsGroup(title: string, links: readonly (readonly [string, string])[]): Markup {
  const items = links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)
  return html`<h2>${title}</h2><ul>${items}</ul>`
}

function tagSection(tag: Tag, operations: PlacedOperation[], document: OpenApiDocument): Markup {
  const about = document.tags.find(({ name }) => name === tag)?.description ?? ''
  return html`<h2 class="section" id="tag-${tag.toLowerCase()}">${tag}</h2>
<p>${prose(about)}</p>
${operations.map((placed) => operationSection(placed, document))}`
}

function received(document: OpenApiDocument): Markup {
  const sections = Object.entries(document.webhooks).flatMap(([name, methods]) =>
    Object.values(methods).map((operation) => receivedSection(name, operation, document)),
  )
  return html`<h2 class="section" id="receiving">What your endpoint gets</h2>
<p>A POST for each event that the webhook subscribed to. Verify a signature before you trust it, answer with any 2xx, and drop what has a <code>webhook-id</code> that you have seen: an event may come twice.</p>
${sections}`
}

function objects({ components }: OpenApiDocument): Markup {
  const sections = Object.entries(components.schemas)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([name, schema]) => html`<section>
<h3 id="object-${name}">${name}</h3>
<p>${prose(schema.description ?? '')}</p>
${fieldTable(schema)}</section>`,
    )
  return html`<h2 class="section" id="objects">Objects</h2>${sections}`
}
