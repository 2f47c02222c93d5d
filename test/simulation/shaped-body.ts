/** What a body of the guide is in the format of a shape, written from the page of formats alone. */

interface GuideBody {
  eventType: string
  chatbotId: string
  payload: Record<string, unknown>
}

/** `shape`: its text; null: the guide's form. */
export function inShape(guide: string, shape: string | null, acceptedAt: number): string {
  if (shape === null || !guide.startsWith('{')) return guide
  const { format } = JSON.parse(shape) as { format: string }
  const { eventType, chatbotId, payload } = JSON.parse(guide) as GuideBody
  const type = eventType === 'leads.submit' ? 'lead.submit' : eventType
  if (format === 'agent') {
    return JSON.stringify({ eventType: type, agentId: chatbotId, payload })
  }
  const data = type === 'lead.submit' ? leadData(payload) : payload
  const timestamp = `${new Date(acceptedAt).toISOString().slice(0, 19)}Z`
  return JSON.stringify({ event: type, timestamp, agent_id: chatbotId, data })
}

function leadData({ customerName, customerEmail, customerPhone }: Record<string, unknown>) {
  return { name: customerName, email: customerEmail, phone: customerPhone, channel: 'website' }
}
