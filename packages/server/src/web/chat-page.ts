/** A chatbot's page of its own, as browsers, search results and messengers show it before it is opened. */
import type { Chatbot } from '../chatbot.ts'
import { htmlText } from './html-text.ts'

const DESCRIPTION_LENGTH_MAX = 200
/** The widget's own. */
const COLOR = '#1f5fd0'

interface ChatPageOptions {
  chatbotId: string
  publicUrl: string
  /** Null: the store is away. The widget says so, and tries again. */
  chatbot: Pick<Chatbot, 'name' | 'leadForm'> | null
}

/** The id was checked: nothing in it needs to be escaped. */
export function chatPage({ chatbotId, publicUrl, chatbot }: ChatPageOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${chatbot === null ? UNNAMED : headOf(chatbot, `${publicUrl.replace(/\/+$/, '')}/chat/${chatbotId}`)}
</head>
<body>
<noscript>This chat needs JavaScript.</noscript>
<script src="/widget.js" data-chatbot-id="${chatbotId}" data-mode="page" async></script>
</body>
</html>
`
}

const UNNAMED = '<title>Chat</title>\n<link rel="icon" href="data:,">'

function headOf({ name, leadForm }: Pick<Chatbot, 'name' | 'leadForm'>, url: string): string {
  const color = /^#[0-9a-f]{6}$/i.test(leadForm.color ?? '') ? (leadForm.color ?? COLOR) : COLOR
  const title = htmlText(name)
  const description = htmlText(descriptionOf(name, leadForm.greeting))
  return `<title>${title}</title>
<meta name="description" content="${description}">
<meta name="theme-color" content="${color}">
<meta property="og:type" content="website">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:url" content="${htmlText(url)}">
<link rel="icon" type="image/svg+xml" href="${htmlText(logo(name, color))}">`
}

function descriptionOf(name: string, greeting: string): string {
  const text = greeting.replace(/\s+/g, ' ').trim() || `Leave your details with ${name}.`
  const characters = [...text]
  if (characters.length <= DESCRIPTION_LENGTH_MAX) return text
  return `${characters
    .slice(0, DESCRIPTION_LENGTH_MAX - 1)
    .join('')
    .trimEnd()}…`
}

/** The first letter on the owner's color: a chatbot has no picture. */
function logo(name: string, color: string): string {
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? '•'
  const ink = isLight(color) ? '#000' : '#fff'
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${color}"/><text x="16" y="22.5" font-family="system-ui,sans-serif" font-size="19" font-weight="600" text-anchor="middle" fill="${ink}">${htmlText(letter)}</text></svg>`
  return `data:image/svg+xml,${encodeURIComponent(picture)}`
}

/** As the widget decides on the text of its head (packages/widget/src/color.ts). */
function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179
}
