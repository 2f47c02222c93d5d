/**
 * Contender: our server and a peer, seen alike. Both get the same leads over the same client, send
 * to the same receiver, and are done when the attempts are recorded where they keep them.
 */
import { randomBytes } from 'node:crypto'
import type { ApiClient } from '../api-client.ts'
import { type BenchWorld, until } from '../bench-world.ts'
import { treeCpuSeconds } from '../process-usage.ts'
import { leadBody } from '../sample-events.ts'
import { databaseCpuSeconds } from '../stores.ts'
import type { Peer } from './peer.ts'
import { PeerProcess } from './peer-process.ts'
import type { PeerSettings } from './peer-protocol.ts'

export interface Contender {
  readonly name: string
  readonly api: Pick<ApiClient, 'postLead'>
  /** A chatbot whose leads go to `count` endpoints of the receiver's group. */
  addChatbot(endpoints: Endpoints): Promise<string>
  /** Resolves when this many deliveries of the chatbot are recorded. */
  untilRecorded(chatbotId: string, deliveries: number): Promise<void>
  /** Its endpoints get nothing more. */
  dropChatbot(chatbotId: string): Promise<void>
  /** Of all its processes so far. */
  cpuSeconds(): number
}

/** Ours and another, both warm. */
export interface Match {
  ours: Contender
  theirs: Contender
  /** Of the ratios; what has none is told for context. */
  targets: { rate?: number; cpu?: number; latency?: boolean }
}

interface Endpoints {
  group: string
  count: number
  timeoutSeconds?: number
}

export const PATIENCE_MS = 120_000
/** The server's own default, DELIVERY_TIMEOUT. */
export const TIMEOUT_SECONDS = 30

export function ourServer(world: BenchWorld): Contender {
  const webhooks = new Map<string, string[]>()
  return {
    name: 'ours',
    get api() {
      return world.api
    },
    async addChatbot(endpoints) {
      const chatbotId = await world.api.createChatbot()
      const wanted = { ...endpoints, eventType: 'lead.submit' }
      webhooks.set(chatbotId, await world.addWebhooks(chatbotId, wanted))
      return chatbotId
    },
    untilRecorded: (chatbotId) => world.untilRecorded(chatbotId),
    async dropChatbot(chatbotId) {
      for (const id of webhooks.get(chatbotId) ?? []) await world.api.deleteWebhook(id)
    },
    cpuSeconds: () =>
      treeCpuSeconds(world.server.pid) + (world.store === 'postgres' ? databaseCpuSeconds() : 0),
  }
}

/** Gives `use` the peer, on a fresh store, and takes both down afterwards. */
export async function withPeer<T>(
  world: BenchWorld,
  peer: Peer,
  settings: PeerSettings,
  use: (contender: Contender) => Promise<T>,
): Promise<T> {
  const store = await peer.startStore()
  try {
    const config = { adminKey: randomBytes(24).toString('hex'), storeUrl: store.url, settings }
    const running = await PeerProcess.start({ program: peer.program, config, store })
    try {
      return await use(asContender(world, peer.name, running))
    } finally {
      await running.stop('orderly')
    }
  } finally {
    await store.stop()
  }
}

function asContender(world: BenchWorld, name: string, peer: PeerProcess): Contender {
  let chatbots = 0
  return {
    name,
    api: peer.api,
    async addChatbot({ group, count, timeoutSeconds = TIMEOUT_SECONDS }) {
      const chatbotId = `bot_${++chatbots}`
      const webhooks = Array.from({ length: count }, (_, index) => ({
        url: `${world.receiver.url}/${group}/${index}`,
        timeoutMs: timeoutSeconds * 1_000,
      }))
      await peer.setWebhooks(chatbotId, webhooks)
      return chatbotId
    },
    untilRecorded: (chatbotId, deliveries) =>
      until(`${name} has recorded everything`, PATIENCE_MS, async () => {
        const { delivered } = await peer.recorded(chatbotId)
        return delivered >= deliveries
      }),
    dropChatbot: (chatbotId) => peer.setWebhooks(chatbotId, []),
    cpuSeconds: () => peer.cpuSeconds(),
  }
}

// ─── load ─────────────────────────────────────────────────────────────────────────────────────────

/** One lead a request, over so many connections at a time. */
export async function postLeads(
  { api }: Contender,
  { chatbotId, leads, connections }: { chatbotId: string; leads: number; connections: number },
): Promise<void> {
  let next = 0
  const post = async () => {
    for (let index = next++; index < leads; index = next++) {
      await api.postLead(chatbotId, leadBody(index))
    }
  }
  await Promise.all(Array.from({ length: connections }, post))
}
