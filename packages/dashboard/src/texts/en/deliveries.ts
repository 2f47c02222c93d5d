import { count } from './count.ts'

interface RowName {
  subject: string
  event: string
  state: string
  status: number | null
  target: string
  accepted: string
}

export const deliveries = {
  navigation: 'Deliveries',
  title: 'Deliveries',
  intro: 'Every event on its way to every webhook: what happened to it, and why.',
  listLabel: 'Deliveries, newest first',
  columns: {
    delivery: 'Lead or event',
    state: 'State',
    status: 'Answer',
    duration: 'Took',
    webhook: 'Webhook',
    accepted: 'Accepted',
  },
  test: 'Test',
  row: {
    none: '–',
    attempts: (made: number) => count(made, 'attempt', 'attempts'),
    acceptedAt: (when: string) => `Accepted ${when}`,
    name: (row: RowName) =>
      [
        row.subject,
        row.state,
        row.status === null ? null : `answered ${row.status}`,
        `to ${row.target}`,
        `accepted ${row.accepted}`,
        row.subject.endsWith(row.event) ? null : `event ${row.event}`,
      ]
        .filter((part) => part !== null)
        .join(', '),
  },
  filters: {
    search: 'Search',
    searchPlaceholder: 'Name, email, @domain, phone, id',
    chatbot: 'Chatbot',
    webhook: 'Webhook',
    eventType: 'Event type',
    state: 'State',
    accepted: 'Accepted',
    anyChatbot: 'All chatbots',
    anyWebhook: 'All webhooks',
    anyEventType: 'All event types',
    anyState: 'All states',
    /** By the API's states: one holds what waits, what is being sent and what is tried again. */
    states: {
      pending: 'Waiting or retrying',
      delivered: 'Delivered',
      exhausted: 'Failed',
      parked: 'On hold: webhook not active',
      cancelled: 'Cancelled',
    },
    givenUp: 'Given up, needs attention',
    status: 'Answer',
    anyStatus: 'Any answer',
    statuses: { '5xx': '5xx: it failed', '4xx': '4xx: it refused', '3xx': '3xx: it redirects' },
    error: 'Error',
    anyError: 'Any error',
  },
  deletedTarget: (url: string) => `${url} (deleted)`,
  many: {
    label: 'What is selected',
    selected: (amount: number) => `${count(amount, 'delivery', 'deliveries')} selected`,
    allMatching: 'All that match the filters',
    all: 'All that match the filters are selected',
    clear: 'Clear the selection',
    resend: 'Resend…',
    cancel: 'Cancel…',
    resendTitle: 'Resend these deliveries?',
    cancelTitle: 'Cancel these deliveries?',
    willResend: (amount: number, more: boolean) => `${amountOf(amount, more)} will be sent again.`,
    willCancel: (amount: number, more: boolean) =>
      `${amountOf(amount, more)} will not be sent any more.`,
    noneToResend: 'None of them can be resent.',
    noneToCancel: 'None of them waits: there is nothing to cancel.',
    confirmResend: (amount: number, more: boolean) => `Resend ${amountOf(amount, more)}`,
    confirmCancel: (amount: number, more: boolean) => `Cancel ${amountOf(amount, more)}`,
    nobodyTwice:
      'Each gets the same bytes with the same webhook-id; a receiver that remembers ids takes none twice. They go out paced, so that the endpoint is not flooded.',
    onlyExhausted: 'Of what matches, only what failed. To resend others, filter by their state.',
    onlyWaiting: 'Of what matches, only what waits or is on hold.',
    again: (amount: number) =>
      `${count(amount, 'of them was', 'of them were')} delivered already, and goes out once more.`,
    notNow: (amount: number) =>
      `${count(amount, 'other is', 'others are')} left out: the state does not allow it.`,
    skips: 'What changes meanwhile so that it is not possible any more is skipped.',
    canResend: 'An attempt that is on its way is let end. They can be resent later.',
  },
  emptyTitle: 'No delivery yet',
  empty: 'Send a test event to one of your webhooks: its delivery appears here at once.',
  emptyAction: 'Choose a webhook',
  noWebhook:
    'A delivery is an event on its way to a webhook. Create one, and send it a test event: it appears here at once.',
  noWebhookAction: 'Create a webhook',
  detail: {
    back: 'All deliveries',
    backToList: 'The list',
    newer: 'Newer',
    older: 'Older',
    neighbours: 'In the list',
    title: (eventType: string) => `Delivery of ${eventType}`,
    titleTest: (eventType: string) => `Test of ${eventType}`,
    facts: 'About it',
    event: 'Event',
    webhook: 'Webhook',
    lead: 'Lead',
    leadGone: 'It was erased.',
    chatbot: 'Chatbot',
    accepted: 'Accepted',
    finished: 'Finished',
    nextAttempt: 'Next attempt',
    id: 'Id',
  },
  next: {
    in: (countdown: string) => `in ${countdown}`,
    now: 'now',
  },
  attempts: {
    title: 'Attempts',
    none: 'None was made.',
    label: 'Attempts, newest first',
    earlier: (number: number) => `${number} earlier ones are not shown here.`,
    number: (number: number) => `Attempt ${number}`,
    answered: (status: number) => `Answered ${status}`,
    noAnswer: 'No answer',
    took: (duration: string) => `took ${duration}`,
    answer: 'What came back',
    body: 'The answer’s body',
    headers: 'The answer’s headers',
    noBody: 'It had no body.',
    cutBody: 'The first 2 KiB.',
    notes: {
      acknowledged: 'The answer says that the event was taken.',
      not_processed: 'The answer says that the event was not processed.',
      body_says_failed: 'The answer’s body says that it failed.',
      web_page: 'It answered with a web page. Is this the right URL?',
    },
  },
  request: {
    title: 'Request',
    about:
      'As it is sent with the webhook’s settings of now; the time is that of the last attempt.',
    tabs: 'The request’s parts',
    body: 'Body',
    headers: 'Headers',
    curl: 'As curl',
    curlLabel: 'The request as a curl command',
    curlHint:
      'The signatures are the real ones. Values shown as *** are yours: put them in before you run it.',
    to: 'POST',
    goneDeleted: 'Its webhook was deleted: there is nothing left that could be sent.',
    goneErased: 'The lead was erased, and with it what was sent.',
  },
  actions: {
    resend: 'Resend',
    resent: 'It is on its way again.',
    sendNow: 'Send now',
    sentNow: 'It is sent now. If it fails, its next attempt comes when it would have.',
    resentPaused: 'It waits: its webhook is not active.',
    cancel: 'Cancel the delivery',
    cancelled: 'Cancelled. It will not be sent.',
    testAgain: 'Send another test',
  },
  resendTwice: {
    title: 'Resend what was delivered?',
    body: 'The endpoint took it already. It gets the same bytes with the same webhook-id once more; a receiver that remembers ids skips it.',
    confirm: 'Resend it',
  },
  cancel: {
    title: 'Cancel this delivery?',
    body: 'It will not be sent any more. An attempt that is on its way is let end. You can resend it later.',
    confirm: 'Cancel the delivery',
  },
  refused: {
    title: 'This was not done',
    wrong_state:
      'Its state has changed since you saw it. What you see now is how it is: look at it, and decide again.',
    webhook_deleted:
      'Its webhook was deleted, so there is nowhere to send it. Create a webhook for the endpoint; what comes from then on goes there.',
    lead_erased: 'The lead was erased, so there is nothing left to send.',
    delivery_not_found: 'It is past the retention time and no longer kept.',
    unreachable: 'The server could not be reached, so nothing was done. Try again.',
  },
  /** Why somebody did not get it, in a few words beside its state. */
  why: {
    waiting: (when: string) => `Next attempt ${when}`,
    due: 'Its next attempt is being made',
    resting: 'The webhook rests; it goes out when that is over',
    failed: (error: string, when: string) => `${error}; next attempt ${when}`,
    webhook_paused: 'The webhook is paused; it goes out when that is resumed',
    listener_away: 'Nobody listens; it goes out when somebody does',
    webhook_disabled: 'The webhook is disabled; it goes out when that is resumed',
    webhook_deleted: 'The webhook was deleted',
    cancelled_by_owner: 'Cancelled by hand',
    lead_erased: 'The lead was erased before it went out',
    retention: 'It was parked for longer than the retention time',
  },
}

function amountOf(amount: number, more: boolean): string {
  return `${more ? 'more than ' : ''}${count(amount, 'delivery', 'deliveries')}`
}
