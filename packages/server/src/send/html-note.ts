/**
 * Whether an answer is a web page: whoever takes events seldom answers with one, but the wrong URL does,
 * and so do a login, a parked domain and the page of a host where nothing is deployed. What is only
 * labelled as HTML is none: PHP and Express do that to every "OK".
 */
import type { AnswerNote } from '../delivery.ts'

const PAGE_BEGINS = /^<(?:!doctype\s+html|html|head|body|title)\b/i
/** Further down, where the label says HTML as well. */
const PAGE_PART = /<(?:!doctype\s+html|html|head|body|title|form)\b/i
const IS_HTML = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i
/** Printed by PHP into an answer that stays 200. */
const PHP_FAILED = /<b>(?:Fatal|Parse) error<\/b>:|^(?:PHP )?(?:Fatal|Parse) error: /

/** Null: it says nothing of the sort. `body` is its beginning. */
export function htmlNote(body: string, contentType: string): AnswerNote | null {
  const text = body.trim() // U+FEFF is white space to it
  if (PHP_FAILED.test(text)) return 'body_says_failed'
  if (!text.startsWith('<')) return null
  if (PAGE_BEGINS.test(withoutPrologue(text))) return 'web_page'
  return IS_HTML.test(contentType) && PAGE_PART.test(text) ? 'web_page' : null
}

/** Comments and processing instructions may stand before the doctype. */
function withoutPrologue(text: string): string {
  let at = 0
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1
    const end = text.startsWith('<!--', at) ? '-->' : text.startsWith('<?', at) ? '?>' : null
    const found = end === null ? -1 : text.indexOf(end, at)
    if (end === null || found === -1) return text.slice(at)
    at = found + end.length
  }
}
