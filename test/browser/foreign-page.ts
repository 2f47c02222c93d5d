/** A page of somebody else's: another origin, its own style, and as strict a policy as it likes. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ForeignPage {
  /** What it allows is said by `policy`; its style by `css`. */
  url(page: PageOptions): string
  origin: string
  close(): Promise<void>
}

export interface PageOptions {
  chatbotId: string
  css?: string
  direction?: 'ltr' | 'rtl'
  /** A script that runs before all others. */
  before?: string
  /** More attributes of the widget's tag. */
  tag?: string
  /** Of its address: query and fragment. */
  query?: string
}

/** `serverUrl`: as the page names the server. Its policy adds that to nothing else. */
export async function openForeignPage(serverUrl: string): Promise<ForeignPage> {
  const pages = new Map<string, PageOptions>()
  const server = createServer((request, response) => {
    const page = pages.get(new URL(request.url ?? '/', 'http://x').pathname.split('/')[1] ?? '')
    if (!page) return void response.writeHead(404).end()
    if (request.url?.endsWith('.css')) {
      return void response.writeHead(200, { 'content-type': 'text/css' }).end(page.css ?? '')
    }
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'self'; img-src data:; script-src ${serverUrl}; connect-src ${serverUrl}; require-trusted-types-for 'script'`,
      })
      .end(htmlOf(page, serverUrl))
  })
  const origin = await listen(server)
  return {
    origin,
    url(page) {
      const name = `page-${pages.size + 1}`
      pages.set(name, page)
      return `${origin}/${name}/${page.query ?? ''}`
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function htmlOf(
  { chatbotId, direction = 'ltr', tag = '' }: PageOptions,
  serverUrl: string,
): string {
  return `<!doctype html>
<html lang="en" dir="${direction}">
<head><meta name="viewport" content="width=device-width"><title>A shop</title><link rel="icon" href="data:,"><link rel="stylesheet" href="own.css"></head>
<body><main><h1>A shop</h1><p>With things to sell.</p></main>
<script src="${serverUrl}/widget.js" data-chatbot-id="${chatbotId}" ${tag} async></script></body>
</html>`
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}
