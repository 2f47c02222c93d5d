/** The widget's script, for any page that names it, and a page of our own that holds nothing else. */
import { isId } from '../id.ts'
import { EMBEDDABLE_HEADERS, pageHeaders, type SecurityHeaders } from '../security-headers.ts'
import { answerFile, readBuiltFolder, type Site } from './built-files.ts'
import { notBuilt } from './not-built.ts'

const SCRIPT = 'assets/widget.js'
/**
 * Its address has no hash: pages name it once and for all. It is asked for again after five minutes,
 * in the background, so that a new version is everywhere within a visit.
 */
const SCRIPT_HEADERS = {
  ...EMBEDDABLE_HEADERS,
  // For tags with `crossorigin` and `integrity`.
  'access-control-allow-origin': '*',
  'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
}

interface WidgetSiteOptions {
  /** See `findWidgetFolder`; null: there is no build. */
  folder: string | null
  /** Of every answer of this server. */
  headers: SecurityHeaders
}

export function openWidgetSite({ folder, headers }: WidgetSiteOptions): Site {
  const files = folder === null ? null : readBuiltFolder(folder)
  const scriptHeaders = { ...headers, ...SCRIPT_HEADERS }
  const html = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'public, max-age=300',
  }
  const pageOnly = { ...headers, ...pageHeaders({ ownFiles: true }), ...html }
  return {
    async answer({ path, ...request }) {
      if (path === '/widget.js') {
        const found = files && answerFile(files, SCRIPT, { ...request, headers: scriptHeaders })
        return found ?? notBuilt(headers)
      }
      const chatbotId = /^\/chat\/([^/]+)$/.exec(path)?.[1]
      if (chatbotId === undefined || !isId('chatbot', chatbotId)) return null
      return { statusCode: 200, headers: pageOnly, body: chatPage(chatbotId) }
    },
  }
}

/** The id was checked: nothing in it needs to be escaped. */
function chatPage(chatbotId: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Chat</title>
<link rel="icon" href="data:,">
</head>
<body>
<noscript>This chat needs JavaScript.</noscript>
<script src="/widget.js" data-chatbot-id="${chatbotId}" data-mode="page" async></script>
</body>
</html>
`
}
