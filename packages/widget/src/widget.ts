/** The bubble and its panel, or the panel alone as a page of its own. */
import type { Client, Conversation } from './client.ts'
import { colorsOf } from './color.ts'
import { element, icon } from './dom.ts'
import { createForm } from './form.ts'
import type { Outbox } from './outbox.ts'
import { previewStyleSheet, styleSheet } from './style.ts'
import { TEXTS } from './texts.ts'

interface WidgetOptions {
  chatbotId: string
  client: Client
  outbox: Outbox
  /** What the page hands over with a lead. */
  values(): Record<string, string | number | boolean>
}

const BUBBLE = 'M4 5h16v11H9l-5 4z'
const CROSS = 'M6 6l12 12M18 6L6 18'

/** A bubble in the corner; what is behind it begins when it is opened. */
export function mountBubble(options: WidgetOptions): void {
  assembleBubble(host(options.chatbotId, 'bubble'), options)
}

/** Opened, in a root that is given: what an owner sees while editing. It may be mounted again. */
export function mountPreview(root: ShadowRoot, options: WidgetOptions): void {
  root.adoptedStyleSheets = [previewStyleSheet()]
  root.replaceChildren()
  assembleBubble(root, options).open()
}

function assembleBubble(root: ShadowRoot, options: WidgetOptions): { open(): void } {
  const bubble = element(
    'button',
    { class: 'bubble', 'aria-expanded': 'false', 'aria-label': TEXTS.open },
    icon(BUBBLE),
  )
  const close = element('button', { class: 'close', 'aria-label': TEXTS.close }, icon(CROSS))
  const chat = createChat(options, root, close)
  chat.panel.hidden = true

  let isOpen = false

  const show = (open: boolean) => {
    isOpen = open
    chat.panel.hidden = !open
    bubble.setAttribute('aria-expanded', String(isOpen))
    bubble.setAttribute('aria-label', isOpen ? TEXTS.close : TEXTS.open)
    bubble.replaceChildren(icon(isOpen ? CROSS : BUBBLE))
    if (isOpen) chat.begin()
  }
  /** By the visitor: the focus goes along. */
  const setOpen = (open: boolean) => {
    show(open)
    if (open) chat.focus()
    else bubble.focus()
  }
  bubble.addEventListener('click', () => setOpen(!isOpen))
  close.addEventListener('click', () => setOpen(false))
  for (const part of [chat.panel, bubble]) {
    part.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !isOpen) return
      event.stopPropagation()
      setOpen(false)
    })
  }
  root.append(chat.panel, bubble)
  return { open: () => show(true) }
}

/** The conversation as a page. */
export function mountPage(options: WidgetOptions): void {
  const root = host(options.chatbotId, 'page')
  const chat = createChat(options, root, null)
  root.append(chat.panel)
  chat.begin()
}

/** Style of ours alone: nothing of the page reaches in, nothing of ours reaches out. */
function host(chatbotId: string, mode: 'bubble' | 'page'): ShadowRoot {
  const made = element('chatzuri-widget' as 'div', { 'data-chatbot-id': chatbotId })
  const root = made.attachShadow({ mode: 'open', delegatesFocus: true })
  root.adoptedStyleSheets = [styleSheet(mode)]
  // By the CSSOM, which no policy forbids: rules of a page for all elements end here.
  made.style.setProperty('all', 'initial', 'important')
  document.body.append(made)
  // After `all`, so that the page's direction is kept.
  made.style.setProperty('direction', getComputedStyle(document.body).direction, 'important')
  made.style.setProperty('display', 'block', 'important')
  return root
}

function paint(root: ShadowRoot, color: string | undefined): void {
  const { accent, onAccent } = colorsOf(color)
  const { style } = root.host as HTMLElement
  style.setProperty('--accent', accent)
  style.setProperty('--on-accent', onAccent)
}

/** Null: none that could stand for the name. The server draws the same for the browser's tab. */
function letterOf(name: string): string | null {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? null
}

function firstToFill(form: HTMLElement): HTMLElement | null {
  return form.querySelector<HTMLElement>('input, select, textarea') ?? form.querySelector('button')
}

function createChat(options: WidgetOptions, root: ShadowRoot, close: HTMLElement | null) {
  const title = element('h2', { id: 'title', dir: 'auto' })
  const log = element('div', { class: 'log', role: 'log' })
  const form = element('div', { class: 'form' })
  // A page of its own says whose it is; in a corner there is no room.
  const logo = close ? null : element('span', { class: 'logo', 'aria-hidden': 'true' })
  const head = element('div', { class: 'head' }, logo, title, close)
  const body = element('div', { class: 'body', tabindex: '-1' }, log, form)
  const panel = element(
    'section',
    { class: 'panel', role: close ? 'dialog' : 'region', 'aria-labelledby': 'title' },
    head,
    body,
  )
  let began: 'no' | 'asking' | 'yes' = 'no'

  const say = (text: string, by: 'them' | 'you') => {
    const who = by === 'you' ? element('span', { class: 'unseen' }, `${TEXTS.yours}: `) : null
    log.append(element('p', { class: `message ${by}`, dir: 'auto' }, who, text))
    body.scrollTop = body.scrollHeight
  }
  const focus = () => (firstToFill(form) ?? body).focus()
  const isWithin = () => root.activeElement !== null

  function show(conversation: Conversation): void {
    const { name, leadForm } = conversation
    title.textContent = name
    if (!close) document.title = name
    logo?.replaceChildren(letterOf(name) ?? icon(BUBBLE))
    paint(root, leadForm.color)
    log.replaceChildren()
    if (leadForm.greeting !== '') say(leadForm.greeting, 'them')
    form.replaceChildren(
      createForm({
        conversation,
        ...options,
        renew: () => options.client.begin(),
        onSent(lines) {
          form.replaceChildren()
          say(lines.join('\n'), 'you')
          if (leadForm.thanks !== '') say(leadForm.thanks, 'them')
          body.focus()
        },
      }),
    )
  }

  async function begin(): Promise<void> {
    if (began !== 'no') return
    began = 'asking'
    log.replaceChildren(element('p', { class: 'note' }, TEXTS.loading))
    form.replaceChildren()
    try {
      const conversation = await options.client.begin()
      const hadFocus = isWithin()
      show(conversation)
      began = 'yes'
      if (hadFocus) focus()
    } catch {
      began = 'no'
      const again = element('button', { class: 'send' }, TEXTS.tryAgain)
      again.addEventListener('click', () => void begin())
      log.replaceChildren(element('p', { class: 'note' }, TEXTS.unreachable))
      form.replaceChildren(again)
      // The visitor can't mend it; whoever has just put it there looks into the console.
      if (close) console.warn(TEXTS.unreachableHere(location.origin))
    }
  }
  return { panel, focus, begin: () => void begin() }
}
