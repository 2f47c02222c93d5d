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

export interface Owners {
  chatbots: HistoryChatbot[]
  /** Whose past is the longest, of orders and chats: it has hardly a lead. */
  shop: HistoryChatbot
}

export const LEAD_TYPE = 'lead.submit'
/** Of its deliveries none ever failed. */
export const SOUND_TYPE = 'report.ready'
/** Of a hundred thousand events so many; the last is what a filter must find among millions. */
export const EVENT_TYPES = [
  { eventType: LEAD_TYPE, share: 60_000 },
  { eventType: 'order.created', share: 30_000 },
  { eventType: 'chat.ended', share: 8_998 },
  { eventType: SOUND_TYPE, share: 1_000 },
  { eventType: 'payment.failed', share: 2 },
] as const
/** The same of the shop. */
const SHOP_TYPES = [
  { eventType: 'order.created', share: 70_000 },
  { eventType: 'chat.ended', share: 29_995 },
  { eventType: LEAD_TYPE, share: 5 },
] as const
/** Of all events. */
const SHOP_SHARE = 0.4

export async function createOwners(world: BenchWorld): Promise<Owners> {
  const chatbots: HistoryChatbot[] = []
  for (let index = 0; index < CHATBOTS; index++) {
    chatbots.push(await createOwner(world, { index, webhooks: 1 + (index % WEBHOOKS_MAX) }))
  }
  return { chatbots, shop: await createOwner(world, { index: CHATBOTS, webhooks: 2 }) }
}

async function createOwner(
  world: BenchWorld,
  { index, webhooks: count }: { index: number; webhooks: number },
): Promise<HistoryChatbot> {
  const eventTypes = EVENT_TYPES.map(({ eventType }) => eventType)
  const chatbotId = await world.api.createChatbot()
  const webhooks: HistoryWebhook[] = []
  for (let number = 0; number < count; number++) {
    const url = `${world.receiver.url}/past/${index}/${number}`
    const id = await world.api.createWebhook(chatbotId, { url, eventTypes })
    webhooks.push({ id, chatbotId })
  }
  return { id: chatbotId, webhooks }
}

/** Whose event that of a draw in [0, 1) is. */
export function drawOwner({ chatbots, shop }: Owners, draw: number): HistoryChatbot {
  return draw < SHOP_SHARE ? shop : drawChatbot(chatbots, (draw - SHOP_SHARE) / (1 - SHOP_SHARE))
}

export function drawType(ofShop: boolean, draw: number): string {
  let rest = draw * 100_000
  for (const { eventType, share } of ofShop ? SHOP_TYPES : EVENT_TYPES) {
    rest -= share
    if (rest < 0) return eventType
  }
  return 'order.created'
}

/**
 * Whose people are called what others are not: a first name that thousands have, and nobody of the
 * chatbots that are asked about.
 */
export function hasCommonName({ chatbots }: Owners, chatbot: HistoryChatbot): boolean {
  return !pick(chatbots).includes(chatbot)
}

/** The largest, one in the middle, the smallest: those that are asked about. */
export function pick<Item>(items: readonly Item[]): Item[] {
  const places = [0, Math.floor(items.length / 2), items.length - 1]
  return places.flatMap((place) => items.slice(place, place + 1))
}

/** Of a draw in [0, 1): the first has a tenth of these events, the last next to none. */
function drawChatbot(chatbots: readonly HistoryChatbot[], draw: number): HistoryChatbot {
  const [first] = chatbots
  const index = Math.floor(chatbots.length * draw ** 2.3)
  const found = chatbots[index] ?? first
  if (!found) throw new Error('There are no chatbots')
  return found
}
