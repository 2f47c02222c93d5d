/** Deliveries as documents show them, with signatures that a reader can recompute. */
import { createHmac } from 'node:crypto'
import {
  formatModernSignatures,
  guideKey,
  modernContent,
  modernKey,
} from '@chatzuri/webhooks/signature'
import { bodyText } from '../../event.ts'
import { EXAMPLE_IDS } from './schemas.ts'

export const SECRET_EXAMPLE = 'whsec_Jlgzg4jZ8YQ6SSZjJFzwz9NnM59UkTyE'

/** Its keys' order and its bytes are what is signed. */
export const BODY_EXAMPLE =
  '{"eventType":"lead.submit","chatbotId":"bot_01m2fm1cgye03v13e1wgzp7b71","payload":{"conversationId":"conv_01m2fm1cj3e7cvwf1461vvb46e","customerEmail":"ann@example.com","customerName":"Ann","customerPhone":"+254700000000"}}'

/** Of `BODY_EXAMPLE` with `SECRET_EXAMPLE`, for the event of `EXAMPLE_IDS`. */
export const SIGNATURE_EXAMPLES = {
  guide: '6bd1ed6181c14b90acf80e2a0028837abcc8cf00',
  timestamp: '1789378212',
  modern: 'v1,dqjJ66w5Z0auzFqiB42wEOAN4vhF5aifiUiqKYUehTQ=',
}

interface DeliveryExample {
  body: string
  /** By their names, as they are sent. */
  headers: Record<string, string>
}

/** As it is sent with `SECRET_EXAMPLE` at the time of the examples. */
export function exampleDelivery(
  eventType: string,
  payload: Record<string, unknown>,
): DeliveryExample {
  const { chatbot: chatbotId, event: eventId } = EXAMPLE_IDS
  const body = bodyText({ eventType, chatbotId, payload: JSON.stringify(payload) })
  const content = modernContent(eventId, Number(SIGNATURE_EXAMPLES.timestamp), body)
  const guide = createHmac('sha1', guideKey(SECRET_EXAMPLE)).update(body).digest('hex')
  const modern = createHmac('sha256', modernKey(SECRET_EXAMPLE)).update(content).digest('base64')
  return {
    body,
    headers: {
      'x-chatzuri-signature': guide,
      'webhook-id': eventId,
      'webhook-timestamp': SIGNATURE_EXAMPLES.timestamp,
      'webhook-signature': formatModernSignatures([modern]),
    },
  }
}
