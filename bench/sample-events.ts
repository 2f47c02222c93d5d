/** What is sent: of the size that chatbots send, never twice the same. */
import type { BenchEvent } from './api-client.ts'

export const EVENT_TYPE = 'order.created'

export function orderEvent(index: number, eventType = EVENT_TYPE): BenchEvent {
  const payload = {
    orderId: `order-${index}`,
    customerName: `Customer ${index}`,
    customerEmail: `customer${index}@example.com`,
    total: { amount: index % 1000, currency: 'KES' },
    items: ['blue shirt, size M', 'canvas bag'],
  }
  return { eventType, payload }
}

export function leadBody(index: number): string {
  return JSON.stringify({
    customerName: `Customer ${index}`,
    customerEmail: leadEmail(index),
    customerPhone: `+2547${index.toString().padStart(8, '0')}`,
  })
}

export function leadEmail(index: number): string {
  return `customer${index}@example.com`
}

/** The bytes that the server sends for `orderEvent(index)`. */
export function orderDeliveryBody(index: number, chatbotId: string): string {
  const { eventType, payload } = orderEvent(index)
  return JSON.stringify({ eventType, chatbotId, payload })
}

/** The bytes that the server sends for `leadBody(index)`. */
export function leadDeliveryBody(index: number, chatbotId: string): string {
  const { customerName, customerEmail, customerPhone } = JSON.parse(leadBody(index)) as Lead
  const conversationId = `conv_${index.toString().padStart(26, '0')}`
  const payload = { conversationId, customerEmail, customerName, customerPhone }
  return JSON.stringify({ eventType: 'lead.submit', chatbotId, payload })
}

interface Lead {
  customerName: string
  customerEmail: string
  customerPhone: string
}
