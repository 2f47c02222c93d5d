/** The widget's script, for any page that names it, and a page of our own that holds nothing else. */
import { isId } from '../id.ts'
import {
  answerFile,
  type BuiltFolder,
  readBuiltFolder,
  type Site,
  type SiteAnswer,
} from './built-files.ts'
import { NOT_BUILT_HEADERS } from './not-built.ts'
import { chatPageHeaders } from './site-headers.ts'

const SCRIPT = 'assets/widget.js'
/**
 * Its address has no hash: pages name it once and for all. It is asked for again after five minutes,
 * in the background, so that a new version is everywhere within a visit.
 */
const SCRIPT_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'cross-origin',
  // For tags with `crossorigin` and `integrity`.
  'access-control-allow-origin': '*',
  'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
}

/** `folder`: see `findWidgetFolder`; null: there is no build. */
export function openWidgetSite(folder: string | null): Site {
  const files = folder === null ? null : readBuiltFolder(folder)
  return {
    async answer({ path, ...request }) {
      if (path === '/widget.js') return scriptAnswer(files, request)
      const chatbotId = /^\/chat\/([^/]+)$/.exec(path)?.[1]
      if (chatbotId === undefined || !isId('chatbot', chatbotId)) return null
      return { statusCode: 200, headers: chatPageHeaders(), body: chatPage(chatbotId) }
    },
  }
}

async function scriptAnswer(
  files: BuiltFolder | null,
  request: { acceptEncoding: string; ifNoneMatch: string },
): Promise<SiteAnswer> {
  const found = files && (await answerFile(files, SCRIPT, { ...request, headers: SCRIPT_HEADERS }))
  return found ?? { statusCode: 503, headers: NOT_BUILT_HEADERS, body: 'The widget is not built' }
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
