/** The widget's script, for any page that names it, and a page of our own that holds nothing else. */
import type { Chatbot } from '../chatbot.ts'
import { StoreUnavailable } from '../errors.ts'
import { isId } from '../id.ts'
import { EMBEDDABLE_HEADERS, pageHeaders, type SecurityHeaders } from '../security-headers.ts'
import type { Desk } from '../store/desk.ts'
import { answerFile, readBuiltFolder, type Site } from './built-files.ts'
import { chatPage } from './chat-page.ts'
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
  publicUrl: string
  store: Pick<Desk, 'getChatbot'>
}

/** Of names at once: whoever asks beyond it gets a page without one, and the store its peace. */
const LOOKUPS_MAX = 16

export function openWidgetSite({ folder, headers, publicUrl, store }: WidgetSiteOptions): Site {
  const files = folder === null ? null : readBuiltFolder(folder)
  const scriptHeaders = { ...headers, ...SCRIPT_HEADERS }
  const html = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'public, max-age=300',
  }
  const pageOnly = { ...headers, ...pageHeaders({ ownFiles: true }), ...html }
  const find = finder(store)
  return {
    async answer({ path, ...request }) {
      if (path === '/widget.js') {
        const found = files && answerFile(files, SCRIPT, { ...request, headers: scriptHeaders })
        return found ?? notBuilt(headers)
      }
      const chatbotId = /^\/chat\/([^/]+)$/.exec(path)?.[1]
      if (chatbotId === undefined || !isId('chatbot', chatbotId)) return null
      const chatbot = await find(chatbotId)
      if (chatbot === 'not_found') return null
      const body = chatPage({ chatbotId, publicUrl, chatbot })
      // Without its name it is a page for now only.
      const cache = chatbot === null ? { 'cache-control': 'no-store' } : {}
      return { statusCode: 200, headers: { ...pageOnly, ...cache }, body }
    },
  }
}

/** Null: it can't be known now. */
function finder(store: WidgetSiteOptions['store']) {
  let open = 0
  return async (id: string): Promise<Chatbot | null | 'not_found'> => {
    if (open >= LOOKUPS_MAX) return null
    open += 1
    try {
      return (await store.getChatbot(id)) ?? 'not_found'
    } catch (error) {
      if (error instanceof StoreUnavailable) return null
      throw error
    } finally {
      open -= 1
    }
  }
}
