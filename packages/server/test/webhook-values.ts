import type { NewWebhook } from '../src/store/desk.ts'
import { SETTINGS_BY_DEFAULT, type Webhook } from '../src/webhook.ts'

type Names = Pick<NewWebhook, 'id' | 'chatbotId'>

/** What a store is asked to make, every setting as its owner's silence has it. */
export function webhookValues(given: Names & Partial<NewWebhook>): NewWebhook {
  return {
    ...SETTINGS_BY_DEFAULT,
    url: 'https://receiver.example/hook',
    eventTypes: ['lead.submit'],
    secret: 'whsec_0123456789abcdef0123456789abcdef',
    webhooksMax: 1_000,
    ...given,
  }
}

/** A webhook as a store would tell it, active and well. */
export function storedWebhook(given: Partial<Webhook> = {}): Webhook {
  const {
    webhooksMax: _,
    listen: __,
    ...values
  } = webhookValues({ id: 'wh_1', chatbotId: 'bot_1' })
  return {
    ...values,
    kind: 'http',
    temporary: false,
    state: 'active',
    stateReason: null,
    previousSecret: null,
    overlapEndsAt: null,
    health: {
      failingSince: null,
      consecutiveFailures: 0,
      lastSuccessAt: null,
      lastFailureAt: null,
      lastFailure: null,
      lastFailureBy: null,
      lastNote: null,
    },
    rest: null,
    restedAt: null,
    version: '0',
    createdAt: 0,
    updatedAt: 0,
    ...given,
  }
}
