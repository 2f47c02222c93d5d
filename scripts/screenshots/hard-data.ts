/** What breaks a layout: the longest texts, other directions of writing, and very much of everything. */
import { ApiClient } from '../../test/support/api-client.ts'
import { until } from '../../test/support/until.ts'

export interface HardData {
  hardChatbotId: string
  hardWebhookId: string
  listenedWebhookId: string
  listenedDeliveryId: string
  hardDeliveryId: string
  hardEventId: string
  hardLeadId: string
}

const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'

const LEADS = [
  { customerName: 'محمد بن عبد الله القحطاني', customerEmail: 'm@مثال.example', customerPhone: '' },
  { customerName: '🦊👩‍👩‍👧‍👦 Ünï', customerEmail: 'fox@example.com', customerPhone: '+1' },
  { customerName: '', customerEmail: '', customerPhone: '+254 700 000 101' },
  { customerName: '王小明', customerEmail: 'wang@例え.example', customerPhone: '+86 10 0000 0000' },
  {
    customerName: `${LONG} ${LONG}`,
    customerEmail: `${'a'.repeat(60)}@${'b'.repeat(60)}.example`,
    customerPhone: '+1 (555) 0100 ext. 1234567890',
  },
]

export async function fillHard(
  server: { url: string; adminKey: string },
  endpoints: { url: string },
): Promise<HardData> {
  const api = new ApiClient(server)
  const { id: hardChatbotId } = await api.post<{ id: string }>('/api/v1/chatbots', {
    name: `${LONG} مساعد المتجر 🛍️`,
    allowedOrigins: [`https://${'sub.'.repeat(20)}shop.example`],
    leadForm: {
      fields: [
        { name: 'customerName', label: `What is your ${LONG.slice(0, 80)}?`, required: true },
        { name: 'customerEmail', label: 'البريد الإلكتروني', required: true },
        { name: 'customerPhone', label: 'Phone', required: false },
      ],
      greeting: `${'Hello there! '.repeat(20)}${LONG}`,
      thanks: `${'Thank you. '.repeat(20)}`,
      consent: `${'I agree to everything that you may ask of me. '.repeat(8)}`,
      color: '#fde047',
    },
  })
  const webhook = await api.createWebhook(hardChatbotId, {
    url: `${endpoints.url}/${'a/very/long/path/'.repeat(8)}?token=${'x'.repeat(120)}`,
    eventTypes: [
      'lead.submit',
      ...Array.from({ length: 12 }, (_, n) => `order.${'step'.repeat(4)}.${n}`),
    ],
    description: `${LONG}: ${'what is behind this URL, '.repeat(10)}`,
    headers: { 'X-Api-Key': 'secret', [`X-${'Long-'.repeat(15)}Name`]: 'v' },
    metadata: { env: 'production', ['team.'.repeat(8)]: `${LONG} ${'x'.repeat(300)}`, empty: '' },
    timeoutSeconds: 120,
    maxInFlight: 256,
  })
  const listened = await api.post<{ id: string }>(`/api/v1/chatbots/${hardChatbotId}/listeners`, {
    eventTypes: ['lead.submit', 'order.step'],
    description: 'My machine',
  })
  let last = { leadId: '', eventId: '' }
  for (const lead of LEADS) last = await api.postLead(hardChatbotId, lead)
  const { eventId } = await api.post<{ eventId: string }>(
    `/api/v1/chatbots/${hardChatbotId}/events`,
    { eventType: 'order.stepstepstepstep.0', payload: deep() },
  )
  await api.post('/api/v1/api-keys', { name: LONG, chatbotId: hardChatbotId })
  const deliveryTo = (webhookId: string) => {
    const isThere = (delivery: { webhookId: string }) => delivery.webhookId === webhookId
    const find = async () => (await api.deliveriesOf(last.eventId)).find(isThere)?.id ?? null
    return until(find, { what: 'a delivery' })
  }
  const hardDeliveryId = await deliveryTo(webhook.id)
  const listenedDeliveryId = await deliveryTo(listened.id)
  await api.deliveryAfter(1, eventId)
  return {
    hardChatbotId,
    hardDeliveryId,
    listenedWebhookId: listened.id,
    listenedDeliveryId,
    hardWebhookId: webhook.id,
    hardEventId: eventId,
    hardLeadId: last.leadId,
  }
}

function deep() {
  return {
    text: LONG.repeat(4),
    amounts: [0, 0.1, 9_007_199_254_740_991],
    nested: {
      a: { b: { c: { d: { e: 'far in', list: Array.from({ length: 30 }, (_, n) => n) } } } },
    },
    rtl: 'مرحبا بالعالم',
  }
}
