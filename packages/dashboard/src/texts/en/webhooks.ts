import { count } from './count.ts'

/** Of what was sent now. */
interface Outcomes {
  ended: number
  failed: number
  underWay: number
  error: string | null
}

export const webhooks = {
  /** In place of a URL. */
  listenedTo: 'A developer’s machine (chatzuri listen)',
  navigation: 'Webhooks',
  title: 'Webhooks',
  intro: 'Where events go: each webhook gets a signed POST for every event of its types.',
  create: 'Create a webhook',
  listLabel: 'Webhooks',
  emptyTitle: 'No webhook yet',
  empty:
    'Create one with the URL of your endpoint. You get a secret, a receiver to paste, and can send a test event at once.',
  needChatbot: 'Create a chatbot first: webhooks belong to one.',
  columns: {
    url: 'Endpoint',
    state: 'State',
    events: 'Events',
    chatbot: 'Chatbot',
    lastSuccess: 'Last success',
    lastDay: 'Last 24 hours',
    givenUp: 'Given up',
    actions: 'Actions',
  },
  form: {
    url: 'Endpoint URL',
    urlHint: 'http or https. It must answer a POST with any 2xx status.',
    urlPlaceholder: 'https://shop.example/hooks/leads',
    chatbot: 'Chatbot',
    eventTypes: 'Event types',
    otherTypes: 'Other event types',
    otherTypesHint:
      'Separated by spaces or commas, like order.created. order.* takes all that begin so, * everything. A type may be one that was not seen yet.',
    description: 'Description',
    descriptionHint: 'For yourself: what it is for.',
    eventTypesMissing: 'Choose at least one event type.',
    more: 'Headers, metadata, timeout and limits',
    submit: 'Create the webhook',
    next: 'A secret is made for it; you see it next.',
  },
  /** One entry for each of `webhook-settings.ts`. */
  settings: {
    headers: {
      label: 'Own headers',
      hint: 'Sent with every delivery, like an API key that your endpoint asks for. Values are kept secret and not shown again.',
      name: (place: number) => `Name of header ${place}`,
      value: (place: number) => `Value of header ${place}`,
      namePlaceholder: 'X-Api-Key',
      valuePlaceholder: 'Value',
      add: 'Add a header',
      remove: (name: string, place: number) => `Remove ${name.trim() || `header ${place}`}`,
      nameMissing: 'Give the header a name.',
      twice: 'This header is in the list already.',
      hidden: {
        kept: 'Stays as it is',
        missing: 'Give the header a value.',
        renamed: 'Enter the value again: it goes with the name.',
      },
    },
    metadata: {
      label: 'Metadata',
      hint: 'For yourself, like env: production. Not sent, and not encrypted: everybody who sees the webhook sees it, so no place for secrets.',
      name: (place: number) => `Name of metadata ${place}`,
      value: (place: number) => `Value of metadata ${place}`,
      namePlaceholder: 'env',
      valuePlaceholder: 'production',
      add: 'Add metadata',
      remove: (name: string, place: number) => `Remove ${name.trim() || `metadata ${place}`}`,
      nameMissing: 'Give it a name.',
      twice: 'This name is in the list already.',
    },
    timeoutSeconds: {
      label: 'Timeout in seconds',
      hint: 'How long an answer may take: 1 to 120.',
      fault: 'Enter a whole number from 1 to 120, or leave it empty.',
      unset: 'as the server is set',
      fact: 'Timeout',
      shown: (seconds: number) => count(seconds, 'second', 'seconds'),
    },
    maxInFlight: {
      label: 'Requests open at a time',
      hint: '1 to 256. Fewer spare a small endpoint.',
      fault: 'Enter a whole number from 1 to 256, or leave it empty.',
      unset: 'as the server is set',
      fact: 'Requests open at a time',
      shown: String,
    },
    ratePerSecond: {
      label: 'Requests a second, at most',
      hint: '0.1 to 1000. For an endpoint that asks for less.',
      fault: 'Enter a number from 0.1 to 1000, or leave it empty.',
      unset: 'as many as it takes',
      fact: 'Requests a second, at most',
      shown: String,
    },
  },
  urlFaults: {
    empty: 'Enter the URL of your endpoint.',
    unseen: (character: string) =>
      `There is a character in it that can’t be seen (${character}). Type it anew.`,
    unfinished: 'This is not a whole URL yet. It begins with https:// and names a host.',
    scheme: 'Only http and https can be delivered to.',
    fragment: 'Leave out what begins with #: it is never sent.',
    insecure: 'Without https, leads travel unencrypted. Fine for a test on your own machine.',
  },
  created: {
    title: 'The webhook is ready',
    secretNext: 'Put this secret into your endpoint; it shows that a request is from here.',
    done: 'Done',
    open: 'Open the webhook',
  },
  secret: {
    label: 'Secret',
    intro: 'It signs every delivery. Show it to copy it, or a receiver with it in place.',
    copy: 'Copy the secret',
    previous: 'Previous secret',
    overlapUntil: 'Both secrets sign until',
    rotatedMeanwhile:
      'The secret was rotated since you looked, so the one that was shown is not the present one. Hide it and show it again.',
  },
  test: {
    title: 'Send a test event',
    intro: 'One example, now, in any state. It is listed among the deliveries and never repeated.',
    send: 'Send a test event',
    again: 'Send it again',
    eventType: 'Event type',
    sending: 'Waiting for the answer…',
    succeeded: (status: number, duration: string) => `It answered ${status} in ${duration}`,
    failed: 'It was not delivered',
    noBody: 'The answer had no body.',
    answer: 'The answer’s body',
    headers: 'The answer’s headers',
    seeDelivery: 'See the delivery',
    notes: {
      acknowledged: 'The answer says that the event was taken.',
      not_processed: 'The answer says that the event was not processed.',
      body_says_failed: 'The answer’s body says that it failed.',
      web_page: 'It answered with a web page. Is this the right URL?',
    },
  },
  cure: {
    title: 'What to do',
    useUrl: 'Use the URL it leads to',
    useHttps: 'Use it with https',
    askUseHttps: 'Use the URL with https?',
    askUseUrl: 'Use the URL it leads to?',
    confirmUseUrl: 'Change the URL',
    from: 'Now',
    to: 'From then on',
    changed: 'The webhook has the new URL. See whether it takes a test event:',
  },
  receiver: {
    title: 'Receiver to paste',
    intro:
      'It checks webhook-signature and answers. The secret comes from the environment, as CHATZURI_SECRET; while one is rotated, it has both.',
    tabs: 'Receivers by language',
    secretHint:
      'In production, set CHATZURI_SECRET where your host keeps secrets, and not in the code.',
    run: 'Install and run',
    runLabel: (name: string) => `Install and run: ${name}`,
  },
  health: {
    title: 'Health',
    spans: { '1h': '1 hour', '24h': '24 hours', '7d': '7 days', '30d': '30 days' },
    successRate: 'Succeeded',
    noAttempt: 'no attempt in this time',
    noAttemptShort: 'no attempt',
    failedOf: (failed: string, attempts: string) => `${failed} of ${attempts} failed`,
    delivered: 'Delivered',
    deliveredNote: 'in this time',
    keptBack: (keptBack: string) => `${keptBack} kept back by its filter`,
    latency: 'Answer time',
    p95: (p95: string) => `95 % within ${p95}`,
    waiting: 'Waiting now',
    retrying: (retrying: string) => `${retrying} to be tried again`,
    onHold: (onHold: string) => `${onHold} on hold`,
    chart: (span: string, attempts: number, failed: number) =>
      `The last ${span}: ${count(attempts, 'attempt', 'attempts')}, of which ${failed} failed.`,
  },
  attention: {
    title: 'Needs attention',
    none: 'Nothing does: nothing was given up that was not resent or set aside, and nothing waits because it failed.',
    noneSeen:
      'Nothing was given up that was not resent or set aside, and none of the newest that wait has failed.',
    givenUp: (shown: string, deliveries: number) =>
      `${shown} given up: ${deliveries === 1 ? 'it is' : 'they are'} not tried again by ${deliveries === 1 ? 'itself' : 'themselves'}`,
    first: 'The first',
    last: 'the last',
    since: 'Since',
    givenUpNext: 'Once the endpoint is mended, resend them; or set them aside.',
    resend: (shown: string) => `Resend ${shown}`,
    lastFailure: 'The last failure',
    lastAnswer: 'The last answer',
    doubt: 'What arrives may go nowhere',
    errors: 'What went wrong',
    group: (status: number | null, deliveries: number) =>
      status === null
        ? `${count(deliveries, 'delivery', 'deliveries')}:`
        : `${status} × ${new Intl.NumberFormat('en').format(deliveries)}:`,
    partGivenUp: (deliveries: number) => `${deliveries} given up`,
    partRetrying: (deliveries: number) => `${deliveries} to be tried again`,
    partOnHold: (deliveries: number) => `${deliveries} on hold`,
    resendThese: 'Resend these',
    more: 'There are more than were looked at. These are the newest.',
  },
  setAside: {
    open: 'Set aside',
    title: (shown: string) => `Set aside what was given up (${shown})?`,
    body: 'They need nobody any more: they are counted as given up no longer, here and on the overview. This can’t be taken back.',
    kept: 'The deliveries stay in the list, and each can still be resent. What is given up from now on is counted as before.',
    confirm: (shown: string) => `Set aside ${shown}`,
    done: 'Set aside.',
  },
  recent: {
    failed: 'Not arrived yet',
    delivered: 'Last delivered',
    all: 'All deliveries',
    allDelivered: 'All delivered',
    noneSeen: 'None of the newest that wait has failed.',
    noneFailed: 'Of what failed, all was delivered later, resent or set aside.',
    noneDelivered: 'Nothing that is kept was delivered.',
    answered: (status: number | null) => (status === null ? 'Delivered' : `Answered ${status}`),
  },
  detail: {
    health: 'Last attempts',
    events: 'Events',
    settings: 'Settings',
    secret: 'Secret',
    id: 'Id',
    created: 'Created',
    lastSuccess: 'Last success',
    lastFailure: 'Last failure',
    failingSince: 'Failing since',
    none: 'none',
    back: 'All webhooks',
    awayTitle: 'Nobody listens now',
    awayNotice: 'What comes in waits, and nothing is lost. To take it, run:',
    copyCommand: 'Copy the command',
    pausedNotice: 'Deliveries wait here until you resume it. Nothing is lost.',
    disabledNotice: 'It was disabled because it failed for too long, or said that it is gone.',
    restingNotice: 'Nothing is sent, and no attempt is used up, until',
    restingThen: 'Then one delivery is sent to see, and the others follow.',
    sendNow: 'Send now',
    failingTitle: (failures: number) =>
      failures === 1 ? 'The last attempt failed' : `The last ${failures} attempts failed`,
    failingNotice: 'Deliveries are tried again by the schedule, for about a day each.',
  },
  waiting: {
    count: (amount: number, hasMore: boolean) =>
      hasMore
        ? `More than ${amount} deliveries`
        : count(amount, 'delivery waits', 'deliveries wait'),
    why: 'for the next attempt. Is the endpoint mended? What is tried now and fails is not counted, and comes again when it would have.',
    send: (amount: number, hasMore: boolean) => {
      if (hasMore) return `Try all that wait`
      return amount === 1 ? 'Try the one waiting' : `Try the ${amount} waiting`
    },
    sent: (amount: number) =>
      amount === 0
        ? 'Nothing waits any more.'
        : `${count(amount, 'delivery is', 'deliveries are')} sent now.`,
    outcome: ({ ended, failed, underWay, error }: Outcomes) => {
      const all = ended + failed + underWay
      if (ended === all) return all === 1 ? 'It arrived.' : `All ${all} arrived.`
      const parts = [
        ended > 0 && `${ended} arrived`,
        failed > 0 && `${failed} failed again${error ? ` (${error.replace(/\.$/, '')})` : ''}`,
        underWay > 0 && `${underWay} on the way`,
      ]
      return `Of ${all}: ${parts.filter(Boolean).join(', ')}.`
    },
  },
  edit: {
    title: 'Edit the webhook',
    save: 'Save the changes',
    failed: 'The changes were not saved',
    /** Undefined: not counted yet. */
    waiting: (deliveries: number | undefined, isMoved: boolean) => {
      const what = isMoved ? 'to the new URL' : 'with the new settings'
      return deliveries === undefined || deliveries === 0
        ? `What waits when you save it goes out ${what}. A request that is open is let end as it is.`
        : `${count(deliveries, 'delivery that waits goes', 'deliveries that wait go')} out ${what}. A request that is open is let end as it is.`
    },
    dropped: (types: string) =>
      `New events of ${types} are not sent here any more. What waits of them still is.`,
  },
  actions: {
    edit: 'Edit',
    saved: 'Saved. It holds from the next request on.',
    menu: 'More actions',
    pause: 'Pause',
    resume: 'Resume',
    rotate: 'Rotate the secret…',
    finish: 'End the overlap…',
    delete: 'Delete…',
    paused: 'Paused. What comes in waits here.',
    resumed: 'Resumed. What waited is on its way.',
    resumedAway: 'Resumed. What waits goes out when somebody listens.',
    deleted: 'The webhook was deleted.',
    rotated: 'There is a new secret. Both sign until the overlap ends.',
    finished: 'Only the new secret signs now.',
  },
  pause: {
    title: 'Pause this webhook?',
    body: 'From now on its deliveries wait. Nothing is lost: when you resume it, they go out. Attempts that are open are let end.',
    confirm: 'Pause the webhook',
  },
  remove: {
    title: 'Delete this webhook?',
    body: (url: string) => `${url} gets nothing any more, and its secret is gone.`,
    waiting: (pending: number, parked: number) =>
      pending + parked === 0
        ? 'Nothing of it is waiting now.'
        : `${count(pending + parked, 'delivery that waits', 'deliveries that wait')} will be cancelled and not sent.`,
    kept: 'What is finished stays readable under Deliveries.',
    confirm: 'Delete the webhook',
  },
  rotate: {
    title: 'Rotate the secret?',
    body: 'A new secret is made. During the overlap webhook-signature carries a signature for each of the two, and x-chatzuri-signature is made with the old one: your receiver goes on working until you change it. One that checks x-chatzuri-signature needs both secrets from then on until the overlap ends.',
    overlap: 'Overlap',
    hours: (hours: number) =>
      hours === 0 ? 'None: the old one ends now' : count(hours, 'hour', 'hours'),
    noneWarning:
      'Without an overlap, a receiver that still has the old secret rejects everything from now on.',
    confirm: 'Make a new secret',
  },
  recover: {
    open: 'Resend what failed…',
    title: 'Resend everything that failed',
    intro: 'Each gets a new series of attempts, with the same bytes and the same webhook-id.',
    since: 'Since',
    sinceFailing: 'It began to fail',
    hour: 'One hour ago',
    day: '24 hours ago',
    week: '7 days ago',
    given: 'A time of your own',
    sinceAt: 'From this time on',
    sinceHint: 'Counted from when a delivery was given up or cancelled, not from when it came.',
    sinceMissing: 'Choose the time.',
    sinceLater: 'This is in the future: nothing has failed since.',
    exhausted: 'Given up',
    exhaustedHint: 'All attempts failed.',
    cancelled: 'Cancelled',
    cancelledHint: 'By hand, or parked for longer than the retention time.',
    stateMissing: 'Choose at least one of the two.',
    which: 'Which',
    counting: 'Counting…',
    nothing: (andCancelled: boolean) =>
      andCancelled
        ? 'Nothing of what you chose ended since then. What is pending is tried again by itself.'
        : 'Nothing was given up since then. What is pending is tried again by itself.',
    willSend: (deliveries: number) =>
      `${count(deliveries, 'delivery', 'deliveries')} will be sent again.`,
    notActive: 'The webhook is not active: they will be parked until you resume it.',
    away: 'Nobody listens: they will wait until somebody does.',
    resting: 'The webhook rests: they will wait until its endpoint takes deliveries again.',
    doubtful:
      'Whether the webhook’s last answer was that of your app is in doubt: see to that first.',
    failing: 'The webhook’s last attempt failed. Mend the endpoint first, or they fail again.',
    confirm: (deliveries: number) =>
      deliveries === 0 ? 'Resend' : `Resend ${count(deliveries, 'delivery', 'deliveries')}`,
    progress: 'How many are on their way again',
    going: (done: number, total: number) => `${done} of ${total} are on their way again`,
    done: (total: number) =>
      `Done: ${count(total, 'delivery is on its', 'deliveries are on their')} way again.`,
    goesOn: 'It goes on when you close this.',
    see: 'See them',
    lost: 'How far it is could not be read; it goes on all the same.',
  },
  finish: {
    title: 'End the overlap now?',
    body: 'The old secret stops signing at once. A receiver that still has it rejects what comes from now on.',
    confirm: 'End the overlap',
  },
}
