import { count } from './count.ts'

/** Leads and other events that came before their webhook. */
export const earlier = {
  open: 'Send earlier leads…',
  title: 'Send earlier leads',
  intro: 'What this webhook did not get: it was created later, or did not subscribe then.',
  since: 'Since',
  sinceHint: 'Counted from when they came. What is past its retention time is there no more.',
  day: '24 hours ago',
  week: '7 days ago',
  month: '30 days ago',
  all: 'The first that is kept',
  given: 'A time of your own',
  sinceAt: 'From this time on',
  sinceMissing: 'Choose the time.',
  sinceLater: 'This is in the future: nothing has come since.',
  which: (eventTypes: string) => `Of its event types: ${eventTypes}.`,
  none: 'Nothing: the webhook got all that came since then.',
  willSend: (events: number, more: boolean) =>
    `${amountOf(events, more)} will be sent to this webhook.`,
  confirm: (events: number, more: boolean) =>
    events === 0 && !more ? 'Send' : `Send ${amountOf(events, more)}`,
  once: 'Each is sent once. They go out paced, the newest first, so that the endpoint is not flooded.',
  onHold: 'The webhook does not take any now: they wait until it does.',
  offerTitle: 'Leads that came before',
  offer:
    'This chatbot has leads already, and the webhook gets only what comes from now on. You can send it the earlier ones, also later.',
}

/** With none counted and more to look at, there may be some: what it got already was not counted. */
function amountOf(events: number, more: boolean): string {
  if (events === 0 && more) return 'what is found'
  return `${more ? 'more than ' : ''}${count(events, 'earlier event', 'earlier events')}`
}
