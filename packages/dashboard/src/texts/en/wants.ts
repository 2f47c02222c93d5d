/** What a webhook wants: which events, and what their bodies look like. */
import { count } from './count.ts'

/** The API marks names by backticks. */
const plain = (sentence: string) => sentence.replaceAll('`', '')

export const wants = {
  title: 'What is sent',
  format: 'Format',
  formats: {
    guide: { name: 'Guide', hint: 'JSON as the guide has it: eventType, chatbotId, payload.' },
    agent: { name: 'Agent', hint: 'The guide’s later form: eventType, agentId, payload.' },
    event: {
      name: 'Event',
      hint: 'The guide’s newest form: event, timestamp, agent_id, data. Signed with SHA-256.',
    },
    slack: { name: 'Slack message', hint: 'For an incoming webhook of Slack.' },
    teams: { name: 'Teams message', hint: 'For a webhook of a Teams workflow.' },
    discord: { name: 'Discord message', hint: 'For a webhook of a Discord channel.' },
    'google-chat': { name: 'Google Chat message', hint: 'For a webhook of a Google Chat space.' },
    template: { name: 'Your own template', hint: 'JSON or form fields that you write.' },
  },
  services: {
    slack: 'Slack',
    teams: 'Teams',
    discord: 'Discord',
    'google-chat': 'Google Chat',
  },
  ofService: (service: string) =>
    `This is a URL of ${service}, which takes messages of its own form only.`,
  sendAs: (service: string) => `Send ${service} messages`,
  pinned: 'What waits to be sent keeps the form that it has.',
  template: {
    label: 'Template',
    type: 'Sent as',
    types: { json: 'JSON', form: 'Form fields' },
    hints: {
      json: 'JSON, with placeholders inside its texts. No place for secrets: whoever sees the webhook sees it.',
      form: 'A line name=text for each field. No place for secrets: whoever sees the webhook sees it.',
    },
    insert: 'Insert a placeholder',
    more: "Also {{path ?? 'instead'}} and {{path | lower | trim}}: upper, first, last, digits, date.",
    missing: 'Write the template, or choose another format.',
    starts: {
      json: `{
  "event": "{{eventType}}",
  "name": "{{payload.customerName}}",
  "email": "{{payload.customerEmail}}",
  "phone": "{{payload.customerPhone ?? 'none'}}",
  "chatbot": "{{chatbotName}}"
}`,
      form: `name={{payload.customerName}}
email={{payload.customerEmail}}
phone={{payload.customerPhone ?? 'none'}}`,
    },
  },
  include: {
    label: 'Send with a lead',
    names: {
      custom: 'Your own fields',
      context: 'The page it came from',
      consent: 'What was agreed to',
    },
    hints: {
      custom: 'As custom: what your form asks besides, and what your page hands over.',
      context: 'As context: page, title, referrer, UTM, language, time zone.',
      consent: 'As consent: the text, and when.',
    },
  },
  filter: {
    title: 'Only some of these events',
    intro:
      'What a filter keeps back is not sent. It stays listed with its event, which says why, and can be sent all the same.',
    kind: 'Sent if',
    kinds: { all: 'all hold', any: 'one holds', json: 'JSON' },
    add: 'Add a condition',
    remove: (place: number) => `Remove condition ${place}`,
    path: (place: number) => `Field of condition ${place}`,
    pathPlaceholder: 'payload.customerPhone',
    ask: (place: number) => `What condition ${place} asks`,
    value: (place: number) => `Value of condition ${place}`,
    valuePlaceholder: 'Value',
    valuesPlaceholder: 'One, two, three',
    asks: {
      exists: 'is given',
      missing: 'is empty',
      equals: 'is',
      differs: 'is not',
      in: 'is one of',
      contains: 'contains',
      lacks: 'does not contain',
      startsWith: 'begins with',
      gt: 'is more than',
      gte: 'is at least',
      lt: 'is less than',
      lte: 'is at most',
    },
    paths: {
      'payload.customerName': 'Name',
      'payload.customerEmail': 'Email',
      'payload.customerPhone': 'Phone',
      channel: 'Channel',
      eventType: 'Event type',
      'context.page': 'Page',
      'context.referrer': 'Referrer',
      'context.utm.source': 'UTM source',
      'context.utm.medium': 'UTM medium',
      'context.utm.campaign': 'UTM campaign',
      'context.language': 'Language',
      'consent.given': 'Consent',
    },
    rowFaults: {
      path: 'Choose a field, or type one.',
      value: 'Enter a value.',
      number: 'Enter a number.',
    },
    unfinished: 'Finish each condition, or remove it.',
    noJson: 'This is not a JSON object yet.',
    json: 'Filter as JSON',
    jsonHint: 'It mirrors the event; any, all and not group filters.',
  },
  preview: {
    title: 'Preview',
    last: 'Last event',
    example: 'Example',
    ofExample: 'With example values.',
    ofEvent: 'Of the last event of these types.',
    body: 'What would be sent',
    headers: 'Headers',
    kept: (why: string) => `Not sent: ${plain(why)}`,
    of: (matched: number, of: number) =>
      `Of the last ${count(of, 'event', 'events')} ${matched} would be sent.`,
    none: (of: number) =>
      `Of the last ${count(of, 'event', 'events')} none would be sent. Is each name in the filter spelled as in the event?`,
    why: 'Why each',
    sent: 'would be sent',
    loading: 'Making the preview…',
    headersLabel: 'The headers of the request',
  },
  facts: {
    format: 'Format',
    include: 'With a lead',
    filter: 'Only',
    template: 'Template',
    all: 'every event of its types',
  },
  keptBack: {
    label: 'Not sent',
    reason: (reason: string) => `Kept back by its filter: ${plain(reason)}`,
    gone: 'A webhook that was deleted',
  },
  reshape: {
    title: 'Its webhook sends another form by now',
    body: 'A resend repeats the request as it was. You can also send the event in the present form.',
    send: 'Send in the present form',
    sent: 'It is on its way, in the present form.',
  },
}
