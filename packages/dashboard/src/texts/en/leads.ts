import { count } from './count.ts'

export const leads = {
  navigation: 'Leads',
  title: 'Leads',
  intro: 'What visitors left with your chatbots, and where it went.',
  listLabel: 'Leads, newest first',
  columns: {
    name: 'Name',
    email: 'Email',
    phone: 'Phone',
    chatbot: 'Chatbot',
    left: 'Left',
  },
  nameless: 'Without a name',
  unknown: '–',
  filters: { left: 'Left' },
  export: 'Export as CSV',
  exported: 'The export has begun: your browser shows it among its downloads.',
  exportFailed: (why: string) => `The export failed and nothing was saved. ${why}`,
  emptyTitle: 'No lead yet',
  empty:
    'Put the widget into your page, or hand leads in by the API: each appears here at once, and goes to every webhook for lead.submit.',
  emptyAction: 'How to hand one in',
  detail: {
    back: 'All leads',
    facts: 'What was left',
    name: 'Name',
    email: 'Email',
    phone: 'Phone',
    conversation: 'Conversation',
    chatbot: 'Chatbot',
    left: 'Left',
    event: 'Event',
    id: 'Id',
    notGiven: 'not given',
  },
  where: {
    title: 'Who got it',
    intro: 'Every webhook of the chatbot, and why those that did not get it did not.',
    label: 'Webhooks and whether they got the lead',
    none: 'The chatbot has no webhook. Leads wait for none: those that come before a webhook are not sent to it.',
    create: 'Create a webhook',
    eventGone:
      'Who got it is no longer kept: deliveries are kept for the retention time, leads until they are erased.',
    notSent: 'Not sent',
    later: 'It was created after this lead',
    notSubscribed: 'It does not subscribe to lead.submit',
    notThen: 'It did not subscribe to lead.submit when the lead came',
    deleted: 'A webhook that was deleted',
  },
  erase: {
    open: 'Erase…',
    title: 'Erase this person?',
    gone: 'Erased here, for good:',
    goneItems: [
      'name, email and phone of this lead',
      'the event, and the body that was sent',
      'what endpoints answered, for it may repeat them',
    ],
    waiting: (waiting: number) =>
      `${count(waiting, 'delivery that still waits', 'deliveries that still wait')} will be cancelled.`,
    stays: 'Not erased:',
    delivered: (receivers: number) =>
      receivers === 0
        ? 'nobody has got it by a webhook'
        : `what ${count(receivers, 'endpoint', 'endpoints')} got: ask the receivers to erase it too`,
    stayItems: [
      'files that were exported earlier',
      'other leads of the same person: search for them by email or phone',
      'that there were deliveries, with their times and states',
    ],
    confirm: 'Erase the person',
    done: 'The person was erased.',
  },
  erased: {
    title: 'This lead was erased',
    body: 'Its name, email and phone, the event’s payload and the answers to its deliveries are gone from here.',
    when: 'Erased',
    reasons: {
      request: 'because somebody asked for it',
      retention: 'because leads are kept for a limited time here',
      chatbot_deleted: 'together with its chatbot',
    },
    receivers: 'What had been delivered before is with its receivers.',
    event: 'See its event and deliveries',
  },
}
