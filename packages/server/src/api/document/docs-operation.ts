/** One route as a section of the reference page. */

import { COOKIE_NAME } from '../access/session-cookie.ts'
import { ERROR_CODES, type ErrorCode } from '../shapes/error-codes.ts'
import { bodyTable, headerTable, parameterTable, reference } from './docs-schemas.ts'
import { html, type Markup, prose } from './markup.ts'
import type { MediaType, OpenApiDocument, Operation, ResponseObject } from './openapi-document.ts'

export interface PlacedOperation {
  method: string
  path: string
  operation: Operation
}

export function operationSection(placed: PlacedOperation, document: OpenApiDocument): Markup {
  const { method, path, operation } = placed
  const { operationId, summary, description, parameters } = operation
  return html`<section>
<h3 id="${operationId}">${summary}</h3>
<p class="route"><span class="method ${method}">${method.toUpperCase()}</span> <span class="path">${path}</span>${callerBadge(operation)}</p>
${description === undefined ? html`` : html`<p>${prose(description)}</p>`}
${parameterTable(parameters)}
${requestBody(operation, document)}
${example('Example', curlCommand(placed, document.servers[0]?.url ?? ''))}
${answers(operation.responses)}
</section>
`
}

/** The same, of a request that we send. */
export function receivedSection(
  name: string,
  operation: Operation,
  document: OpenApiDocument,
): Markup {
  const { operationId, summary, description = '', parameters, responses } = operation
  return html`<section>
<h3 id="${operationId}">${prose(summary)}</h3>
<p class="route"><span class="method post">POST</span> <span class="path">to the webhook’s URL</span> <span class="badge">${name}</span></p>
<p>${prose(description)}</p>
${headerTable(parameters)}
${requestBody(operation, document)}
${example('Example', requestText(operation))}
<h4>What to answer</h4>
<ul>${Object.entries(responses).map(([status, { description: meaning }]) => html`<li><code>${status}</code> ${prose(meaning)}</li>`)}</ul>
</section>
`
}

function callerBadge({ security, responses }: Operation): Markup {
  const badge = (text: string) => html` <span class="badge">${text}</span>`
  if (security?.length === 0) return badge('no key needed')
  if (security) return badge('a session, not a key')
  const isForOperators = codesOf(responses['403'] ?? { description: '' }).includes('forbidden')
  return isForOperators ? badge('operators only') : html``
}

/** As it goes over the wire, but for what any client adds. */
function requestText({ parameters, requestBody: body }: Operation): string {
  const headers = parameters
    .filter(({ example: shown }) => shown !== undefined)
    .map(({ name, example: shown }) => `${name}: ${String(shown)}`)
  const text = JSON.stringify(body?.content['application/json']?.example)
  return [
    'POST /hooks/leads HTTP/1.1',
    'content-type: application/json',
    ...headers,
    '',
    text,
  ].join('\n')
}

function requestBody({ requestBody: body }: Operation, { components }: OpenApiDocument): Markup {
  const schema = body?.content['application/json']?.schema
  if (!schema) return html``
  const note = body?.required ? '' : ' (may be left out)'
  return html`<h4>Body${note}</h4>${bodyTable(schema, components.schemas)}`
}

function example(title: string, text: string): Markup {
  // Scrolls sideways, so a keyboard must be able to reach it.
  return html`<h4>${title}</h4><pre tabindex="0"><code>${text}</code></pre>`
}

/** A command for a POSIX shell in which KEY is set, and SESSION where a session is asked for. */
function curlCommand({ method, path, operation }: PlacedOperation, server: string): string {
  const id = operation.parameters.find((parameter) => parameter.in === 'path')
  const [exampleId = '{id}'] = id?.schema.examples ?? []
  const url = server + path.replace('{id}', String(exampleId))
  const query = queryOptions(operation)
  const verb = method === 'get' ? '' : `-X ${method.toUpperCase()} `
  const parts = [`curl ${verb}${query.length > 0 ? '-G ' : ''}${url}`, ...query]
  parts.push(...credentials(operation, server))
  const body = operation.requestBody?.content['application/json']
  if (body) {
    parts.push("-H 'Content-Type: application/json'")
    parts.push(`-d ${shellQuoted(JSON.stringify(body.example))}`)
  }
  return parts.join(' \\\n  ')
}

function credentials({ security, tags }: Operation, server: string): string[] {
  // What a browser says of the page, the hosted one here.
  if (tags?.includes('Widget')) return [`-H 'Origin: ${server}'`]
  if (security === undefined) return ['-H "Authorization: Bearer $KEY"']
  return security.length === 0 ? [] : [`-b "${COOKIE_NAME}=$SESSION"`, `-H 'Origin: ${server}'`]
}

/** One to a line: `-G` makes a query of them. */
function queryOptions({ parameters }: Operation): string[] {
  return parameters
    .filter(({ in: place, example: shown }) => place === 'query' && shown !== undefined)
    .map(({ name, example: shown }) => `-d ${name}=${String(shown)}`)
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function answers(responses: Record<string, ResponseObject>): Markup {
  const success = Object.entries(responses).filter(([status]) => status < '400')
  const failures = Object.entries(responses).filter(([status]) => status >= '400')
  return html`${success.map(([status, response]) => successAnswer(status, response))}
<details><summary>Errors</summary>${errorTable(failures.flatMap(([, response]) => codesOf(response)))}</details>`
}

function successAnswer(status: string, { description, content }: ResponseObject): Markup {
  const [entry] = Object.entries(content ?? {})
  if (!entry) return html`<h4>Answer</h4><p><code>${status}</code> ${prose(description)}</p>`
  const [type, media] = entry
  const kind = media.schema?.$ref ? reference(media.schema.$ref) : html`${type.split(';')[0] ?? ''}`
  const text = exampleText(media)
  const shown = text === '' ? html`` : html`<pre tabindex="0"><code>${text}</code></pre>`
  return html`<h4>Answer</h4><p><code>${status}</code> ${prose(description)} <span class="soft">${kind}</span></p>${shown}`
}

function exampleText({ example: shown }: MediaType): string {
  if (shown === undefined) return ''
  return typeof shown === 'string' ? shown.trimEnd() : JSON.stringify(shown, null, 2)
}

function codesOf({ content }: ResponseObject): ErrorCode[] {
  return Object.keys(content?.['application/json']?.examples ?? {}) as ErrorCode[]
}

export function errorTable(codes: readonly ErrorCode[]): Markup {
  const rows = codes.map((code) => {
    const [status, meaning] = ERROR_CODES[code]
    return html`<tr><td><code>${code}</code></td><td>${status}</td><td>${prose(meaning)}</td></tr>`
  })
  return html`<div class="scroll"><table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`
}
