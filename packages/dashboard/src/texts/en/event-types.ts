import { count } from './count.ts'

/** By the type's name: others have none. */
const NOTICES: Readonly<Record<string, string>> = {
  'webhook.failing': 'A webhook fails: two attempts in a row, or a quarter of the last 20.',
  'webhook.resting': 'A webhook gets nothing for a while, because its endpoint asks for less.',
  'webhook.disabled': 'A webhook was disabled: its endpoint is gone, or failed for days.',
  'webhook.recovered': 'A webhook that failed, rested or was disabled works again.',
  'delivery.failed': 'A delivery was given up after its last attempt.',
}

export const eventTypes = {
  navigation: 'Event types',
  isPartial: (webhooks: number) =>
    `Of the newest ${webhooks} webhooks: there are more. Choose a chatbot to see all of its own.`,
  title: 'Event types',
  intro: 'What can happen, and what a webhook is told of it.',
  example: 'Payload, an example',
  exampleOf: (type: string) => `Payload of ${type}, an example`,
  schema: 'JSON Schema of the payload',
  schemaOf: (type: string) => `JSON Schema of the payload of ${type}`,
  subscribed: 'Webhooks that get it',
  nobody: 'No webhook gets it yet.',
  noneOfThese: 'None of the webhooks that were looked at.',
  subscribe: 'Create a webhook',
  notices: {
    title: 'About your webhooks',
    intro:
      'What happens to the other webhooks of the chatbot: told at once, then once an hour at most with how often it was. Never about the webhook that gets it.',
    types: NOTICES,
  },
  others: 'Event types of your own',
  othersIntro:
    'Any name with a dot, like order.created: publish it with the API, and every webhook that subscribes to it gets it.',
  noOthers: 'No webhook subscribes to one yet.',
  columns: { name: 'Event type', webhooks: 'Webhooks' },
  webhooks: (webhooks: number) => count(webhooks, 'webhook', 'webhooks'),
  publish: {
    action: 'Publish an event',
    title: 'Publish an event',
    intro: 'A real one, as a program would: every webhook that subscribes to its type gets it.',
    chatbot: 'Chatbot',
    name: 'Event type',
    nameHint:
      'Leads come from lead forms and from POST …/leads, so lead.submit isn’t taken here; nor is what begins with webhook. or delivery.',
    nameFault: 'Write a name like order.created.',
    payload: 'Payload',
    payloadHint: 'A JSON object.',
    notJson: (why: string) => `This is no JSON: ${why}`,
    notObject: 'The payload must be an object: { … }.',
    submit: 'Publish it',
    another: 'Publish another',
    failed: 'It was not published',
    done: 'It is on disk and on its way',
    seeDeliveries: 'See its deliveries',
    close: 'Close',
  },
}
