/** The vectors of the formats, signed with the secret of `sign-request.ts`: bytes that are kept. */
import type { Format } from '../src/event.ts'

const PHONE = '+254700000000'
const AT = '2026-04-26T08:30:14Z'
const LEAD = `"conversationId":"c1","customerEmail":"a@b.co","customerName":"Ann","customerPhone":"${PHONE}"`
const MESSAGE = `"chatId":7,"username":"ann","message":"Hi","conversationId":"c1","messageId":"m1","sentAt":"2026-04-26T08:30:14.118Z"`
const MORE = `"custom":{"plan":"pro","seats":3,"news":true},"context":{"page":"https://shop.example/pricing","title":"","referrer":"","utm":{"source":"","medium":"","campaign":"","term":"","content":""},"language":"en","timeZone":""},"consent":null`

export const LEAD_BODIES = {
  guide: `{"eventType":"lead.submit","chatbotId":"bot_1","payload":{${LEAD}}}`,
  agent: `{"eventType":"lead.submit","agentId":"bot_1","payload":{${LEAD}}}`,
  event: `{"event":"lead.submit","timestamp":"${AT}","agent_id":"bot_1","data":{"name":"Ann","email":"a@b.co","phone":"${PHONE}","channel":"website"}}`,
} satisfies Record<Format, string>

/** All of `include`. */
export const FULL_LEAD_BODY = `{"eventType":"lead.submit","chatbotId":"bot_1","payload":{${LEAD},${MORE}}}`

/** Format, body, and what the guide's header says of it. */
export const VECTORS: [format: Format, body: string, signature: string][] = [
  ['guide', LEAD_BODIES.guide, '8b0fdf3ceb6cc6f34cf4ed62ff6a418e4da8fa0d'],
  ['agent', LEAD_BODIES.agent, '717370b4bc39cc867e329fab4a28cc2a1db2f684'],
  [
    'event',
    LEAD_BODIES.event,
    'sha256=e90be9b6f278e46e83a11eb7aa22deb05bcaf2ffa625def6b454027af7216e7e',
  ],
  [
    'agent',
    `{"eventType":"message.received","channel":"telegram","agentId":"bot_1","payload":{${MESSAGE}}}`,
    '632f2d9c0d839419b2b2d057d5fa86e0aa0b06cd',
  ],
  [
    'event',
    `{"event":"message.received","timestamp":"${AT}","agent_id":"bot_1","data":{${MESSAGE},"channel":"telegram"}}`,
    'sha256=cff3874d4ff5d88c0d99d97ac317d4444cbda95ab4a8ccbc7888c2a9a13d2d09',
  ],
  ['guide', FULL_LEAD_BODY, 'aa4610d875838de6edc0985099bbd8fc5ff99bcc'],
]
