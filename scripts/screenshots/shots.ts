/** What is taken. The README shows some of them; each is a page that somebody asks to see. */
import type { Page } from 'playwright-core'
import type { DemoData } from './demo-data.ts'

export interface Shot {
  /** Of the file, too. */
  name: string
  look: 'light' | 'dark' | 'phone'
  /** `widget`: on a page of a shop; else the dashboard at this path. */
  of: 'widget' | ((data: DemoData) => string)
  /** What is done before it is taken. */
  before?(page: Page): Promise<void>
}

const overview = () => '/'
const chatbot = ({ chatbotId }: DemoData) => `/chatbots/${chatbotId}`
const failed = ({ failedDeliveryId }: DemoData) => `/deliveries/${failedDeliveryId}`

export const SHOTS: readonly Shot[] = [
  { name: 'overview', look: 'light', of: overview },
  { name: 'overview-dark', look: 'dark', of: overview },
  { name: 'overview-phone', look: 'phone', of: overview },
  { name: 'webhook', look: 'light', of: ({ failingWebhookId }) => `/webhooks/${failingWebhookId}` },
  { name: 'deliveries', look: 'light', of: () => '/deliveries' },
  { name: 'delivery', look: 'light', of: failed },
  { name: 'delivery-dark', look: 'dark', of: failed },
  { name: 'leads', look: 'light', of: () => '/leads' },
  { name: 'chatbot', look: 'light', of: chatbot },
  { name: 'chatbot-dark', look: 'dark', of: chatbot },
  { name: 'audit-log', look: 'light', of: () => '/audit-log' },
  { name: 'widget', look: 'light', of: 'widget' },
]
