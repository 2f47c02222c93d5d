/** Who the history belongs to: many chatbots, few of them large, made over the HTTP API. */
import type { BenchWorld } from '../bench-world.ts'

interface HistoryWebhook {
  id: string
  chatbotId: string
}

export interface HistoryChatbot {
  id: string
  webhooks: HistoryWebhook[]
}

const CHATBOTS = 200
const WEBHOOKS_MAX = 5

export const LEAD_TYPE = 'lead.submit'
/** Of a hundred thousand events so many; the last is what a filter must find among millions. */
export const EVENT_TYPES = [
  { eventType: LEAD_TYPE, share: 50_000 },
  { eventType: 'order.created', share: 40_000 },
  { eventType: 'chat.ended', share: 9_998 },
  { eventType: 'payment.failed', share: 2 },
] as const

export async function createOwners(world: BenchWorld): Promise<HistoryChatbot[]> {
  const chatbots: HistoryChatbot[] = []
  const eventTypes = EVENT_TYPES.map(({ eventType }) => eventType)
  for (let index = 0; index < CHATBOTS; index++) {
    const chatbotId = await world.api.createChatbot()
    const webhooks: HistoryWebhook[] = []
    for (let count = 0; count <= index % WEBHOOKS_MAX; count++) {
      const url = `${world.receiver.url}/past/${index}/${count}`
      const id = await world.api.createWebhook(chatbotId, { url, eventTypes })
      webhooks.push({ id, chatbotId })
    }
    chatbots.push({ id: chatbotId, webhooks })
  }
  return chatbots
}

/** The chatbot of a draw in [0, 1): the first has a tenth of all events, the last next to none. */
export function drawChatbot(chatbots: readonly HistoryChatbot[], draw: number): HistoryChatbot {
  const [first] = chatbots
  const index = Math.floor(chatbots.length * draw ** 2.3)
  const found = chatbots[index] ?? first
  if (!found) throw new Error('There are no chatbots')
  return found
}
