/** The events of a check: shaped as ours, and plainly nobody's, for an endpoint that stores them. */
import type { Format } from '@chatzuri/webhooks'

export const FORMATS: readonly Format[] = ['guide', 'agent', 'event']

export interface Probe {
  eventType: string
  chatbotId: string
  payload: Record<string, unknown>
}

/** The default limit of Express, which no body of ours reaches. */
const BODY_BYTES_MAX = 100 * 1024 - 1

/** What customers are called, and parsers stumble over. The last one is all of them. */
export const TEXTS: readonly { name: string; text: string }[] = [
  { name: 'quotes and backslashes', text: `Check "Ann" O'Neil \\ back` },
  { name: 'slashes and HTML', text: 'Check A/B <b>&amp;</b> = 1 + 1' },
  { name: 'letters with accents', text: 'Check Zoë Müller Żółć 李雷 عمر' },
  { name: 'emoji', text: 'Check 😀 👩‍👩‍👧 🇰🇪' },
  { name: 'U+2028, tab and newline', text: 'Check\u2028line\u2029paragraph\ttab\nnewline' },
]
const RICHEST = `Check Zoë "Ann" O'Neil \\ A/B <b>&</b> = + 😀 \u2028`

export function leadProbe(customerName = 'Check Ann'): Probe {
  return {
    eventType: 'lead.submit',
    chatbotId: 'bot_01h455vb4pex5vsknk084sn02q',
    payload: {
      conversationId: 'conv_01h455vb4pex5vsknk084sn02q',
      customerEmail: 'check@example.com',
      customerName,
      customerPhone: '+254700000000',
    },
  }
}

/** In which every wrong way of writing JSON shows. */
export function richestProbe(): Probe {
  return leadProbe(RICHEST)
}

/** As of a customer who left nothing but an email. */
export function sparseProbe(): Probe {
  const lead = leadProbe('')
  return { ...lead, payload: { ...lead.payload, customerPhone: '' } }
}

export function unknownProbe(): Probe {
  const { chatbotId } = leadProbe()
  return {
    eventType: 'chatzuri.check',
    chatbotId,
    payload: { check: true, note: 'Ignore me kindly' },
  }
}

/** Numbers that languages write differently: JavaScript's spelling is what is sent. */
export function numbersProbe(): Probe {
  return { ...unknownProbe(), payload: { small: 1e-7, large: 1e21, tenth: 0.1, whole: 1 } }
}

/** As a webhook of that format gets it. */
export function bodyOf(probe: Probe, format: Format): string {
  const { eventType, chatbotId, payload } = probe
  if (format === 'guide') return JSON.stringify(probe)
  if (format === 'agent') return JSON.stringify({ eventType, agentId: chatbotId, payload })
  const timestamp = `${new Date().toISOString().slice(0, 19)}Z`
  const data = eventType === 'lead.submit' ? leadData(payload) : payload
  return JSON.stringify({ event: eventType, timestamp, agent_id: chatbotId, data })
}

function leadData({ customerName, customerEmail, customerPhone }: Probe['payload']) {
  return {
    name: customerName,
    email: customerEmail,
    phone: customerPhone,
    channel: 'website',
  }
}

/** The longest body that can come. */
export function longestProbe(base: Probe, format: Format = 'guide'): Probe {
  const withText = (text: string) =>
    base.eventType === 'lead.submit'
      ? { ...base, payload: { ...base.payload, customerName: text } }
      : { ...base, payload: { text } }
  const room = BODY_BYTES_MAX - Buffer.byteLength(bodyOf(withText(''), format))
  return withText('x'.repeat(room))
}
