/**
 * The widget: what runs in a visitor's page, which is not ours. It asks nothing of the server before
 * the visitor opens it, keeps nothing but a lead that could not be sent yet, touches nothing of the
 * page but the one element that it adds, and needs no style or script inline.
 */
import { createClient } from './client.ts'
import { createOutbox } from './outbox.ts'
import { listenToPage } from './page-values.ts'
import { mountBubble, mountPage } from './widget.ts'

start(document.currentScript ?? document.querySelector('script[data-chatbot-id]'))

function start(script: Element | null): void {
  if (!(script instanceof HTMLScriptElement)) return
  const { chatbotId = '', mode } = script.dataset
  if (chatbotId === '') {
    console.error('Chatzuri: the script tag has no data-chatbot-id')
    return
  }
  // Two tags for one chatbot are one widget.
  if (document.querySelector(`chatzuri-widget[data-chatbot-id="${CSS.escape(chatbotId)}"]`)) return
  const client = createClient(new URL('.', script.src).href, chatbotId)
  const outbox = createOutbox(client, chatbotId)
  const mount = mode === 'page' ? mountPage : mountBubble
  const values = listenToPage(script)
  const run = () => mount({ chatbotId, client, outbox, values })
  // `async` scripts may run before there is a body.
  if (document.body) run()
  else document.addEventListener('DOMContentLoaded', run, { once: true })
}
