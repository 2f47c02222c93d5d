/** A server, a receiver in another process, and an owner who talks to both. */
import { ApiClient, type LeadAnswer, type LeadFields, type WebhookView } from './api-client.ts'
import { type Endpoint, ReceiverProcess } from './receiver-process.ts'
import type { Step } from './receiver-protocol.ts'
import { removeDataDirs, type ServerOptions, ServerProcess } from './server-process.ts'

interface SubscribeOptions {
  steps?: Step[]
  /** Appended to the endpoint's own. */
  path?: string
  /** Over what every webhook here has: the lead event. */
  fields?: Record<string, unknown>
}

export interface Subscription {
  chatbotId: string
  webhook: WebhookView & { secret: string }
  endpoint: Endpoint
  /** Posts a lead of this chatbot. */
  lead(fields?: LeadFields): Promise<LeadAnswer>
}

export const ANN: LeadFields = {
  customerName: 'Ann',
  customerEmail: 'ann@example.com',
  customerPhone: '+254700000000',
}

export class ServerWorld {
  readonly receiver: ReceiverProcess
  server: ServerProcess
  api: ApiClient

  private constructor(server: ServerProcess, receiver: ReceiverProcess) {
    this.receiver = receiver
    this.server = server
    this.api = new ApiClient(server)
  }

  static async open(options: ServerOptions = {}): Promise<ServerWorld> {
    const receiver = await ReceiverProcess.start()
    try {
      return new ServerWorld(await ServerProcess.start(options), receiver)
    } catch (error) {
      await receiver.stop()
      removeDataDirs()
      throw error
    }
  }

  /** The server was stopped or killed: another one on its folder. */
  async restart(change?: Pick<ServerOptions, 'settings' | 'through'>): Promise<void> {
    this.server = await this.server.restart(change)
    this.api = new ApiClient(this.server)
  }

  /** A chatbot of its own, whose leads go to an endpoint of its own. */
  async subscribe({ steps = [], path = '', fields = {} }: SubscribeOptions = {}) {
    const endpoint = await this.receiver.endpoint(...steps)
    const chatbotId = await this.api.createChatbot()
    const webhook = await this.api.createWebhook(chatbotId, {
      url: endpoint.url + path,
      eventTypes: ['lead.submit'],
      ...fields,
    })
    const subscription: Subscription = {
      chatbotId,
      webhook,
      endpoint,
      lead: (lead = ANN) => this.api.postLead(chatbotId, lead),
    }
    return subscription
  }

  async close(): Promise<void> {
    await this.server.kill()
    await this.receiver.stop()
    removeDataDirs()
  }
}
