import { count } from './count.ts'

export const eventTypes = {
  navigation: 'Event types',
  isPartial: (webhooks: number) =>
    `Of the newest ${webhooks} webhooks: there are more. Choose a chatbot to see all of its own.`,
  title: 'Event types',
  intro: 'What can happen, and what a webhook is told of it.',
  example: 'Payload, an example',
  schema: 'JSON Schema of the payload',
  subscribed: 'Webhooks that get it',
  nobody: 'No webhook gets it yet.',
  subscribe: 'Create a webhook',
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
    nameHint: 'Leads come from lead forms and from POST …/leads, so lead.submit isn’t taken here.',
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
