/** A shop that has been running for a while: everything through the API, as its owner would do it. */
import { ApiClient, type LeadFields } from '../../test/support/api-client.ts'
import { until } from '../../test/support/until.ts'

export interface DemoData {
  chatbotId: string
  failingWebhookId: string
  failedDeliveryId: string
}

/** Names of nobody, at domains that nobody can have. */
const LEADS: LeadFields[] = [
  ['Amina Odhiambo', 'amina@maji.example', '+254 700 000 101'],
  ['Jonas Weber', 'jonas.weber@werk.example', '+49 30 000000'],
  ['Zoë Müller', 'zoe@blume.example', ''],
  ['Chidi Okafor', 'chidi@okafor.example', '+234 800 000 0000'],
  ['Mei Tanaka', 'mei@hana.example', '+81 3 0000 0000'],
  ['Léa Moreau', 'lea.moreau@atelier.example', ''],
  ['Sam Carter', 'sam@carterandco.example', '+1 555 0100'],
  ['Priya Nair', 'priya@lotus.example', '+91 22 0000 0000'],
].map(([customerName = '', customerEmail = '', customerPhone = '']) => ({
  customerName,
  customerEmail,
  customerPhone,
}))

export async function fillDemo(
  server: { url: string; adminKey: string },
  endpoints: { url: string },
): Promise<DemoData> {
  const api = new ApiClient(server)
  await api.createChatbot('Careers page')
  const { id: chatbotId } = await api.post<{ id: string }>('/api/v1/chatbots', SHOP)
  const webhook = (path: string, eventTypes: string[], description: string) =>
    api.createWebhook(chatbotId, { url: endpoints.url + path, eventTypes, description })
  const crm = await webhook('/crm/leads', ['lead.submit'], 'CRM')
  await webhook('/mail/new-lead', ['lead.submit'], 'Mail to the sales team')
  const failing = await webhook('/warehouse/orders', ['order.created'], 'Warehouse')
  const paused = await webhook('/analytics/events', ['lead.submit', 'order.created'], 'Analytics')

  for (const lead of LEADS.slice(0, 5)) await api.postLead(chatbotId, lead)
  await api.post(`/api/v1/webhooks/${paused.id}/pause`)
  for (const lead of LEADS.slice(5)) await api.postLead(chatbotId, lead)
  for (const orderId of ['1001', '1002', '1003']) {
    await api.post(`/api/v1/chatbots/${chatbotId}/events`, order(orderId))
  }
  await api.post(`/api/v1/webhooks/${crm.id}/rotate-secret`, {})
  await api.post('/api/v1/api-keys', { name: 'Shop backend', chatbotId })
  await api.post('/api/v1/owner-links', { chatbotId })
  return {
    chatbotId,
    failingWebhookId: failing.id,
    failedDeliveryId: await failed(api, failing.id),
  }
}

const SHOP = {
  name: 'Shop assistant',
  allowedOrigins: ['https://shop.example', 'https://www.shop.example'],
  leadForm: {
    fields: [
      { name: 'customerName', label: 'Your name', required: true },
      { name: 'customerEmail', label: 'Email', required: true },
      { name: 'customerPhone', label: 'Phone', required: false },
    ],
    greeting: 'Hello! Leave your details, and we call you back about your order today.',
    thanks: 'Thank you! You hear from us today.',
    consent: 'You may store my details to answer me.',
    color: '#0f766e',
  },
}

function order(orderId: string) {
  return { eventType: 'order.created', payload: { orderId, total: 49.9, currency: 'EUR' } }
}

/** One that was tried a few times, as soon as it was. */
function failed(api: ApiClient, webhookId: string): Promise<string> {
  const look = async () => {
    const path = `/api/v1/deliveries?webhookId=${webhookId}`
    const { data } = await api.get<{ data: { id: string; attemptCount: number }[] }>(path)
    return data.find(({ attemptCount }) => attemptCount >= 3)?.id ?? null
  }
  return until(look, { what: 'three attempts of one delivery' })
}
