/** What the widget says by itself; everything else is the owner's. */
export const TEXTS = {
  open: 'Open chat',
  close: 'Close chat',
  loading: 'One moment…',
  unreachable: 'The chat could not be reached.',
  unreachableHere: (origin: string) =>
    `Chatzuri: the chat could not be reached. If it is new here, add ${origin} to the sites of the chatbot in the dashboard.`,
  tryAgain: 'Try again',
  send: 'Send',
  sending: 'Sending…',
  optional: 'optional',
  required: (label: string) => `${label} is needed`,
  email: 'This does not look like an email address',
  wideAt: 'Please write the @ as a plain one',
  unseen: 'Something in it can’t be seen. Please type it anew.',
  tooLong: (lengthMax: number) => `This is longer than ${lengthMax} characters`,
  oddEmail: 'Is this the whole address?',
  oddPhone: 'Is this a phone number?',
  /** Where the form has no label for it. */
  names: { customerName: 'name', customerEmail: 'email', customerPhone: 'phone' },
  oneNeeded: 'Please fill in at least one field',
  consent: 'Please agree to go on',
  consentChanged: 'What you are asked to agree to has changed. Please read it and send once more.',
  waiting: 'You seem to be offline. It is kept here and will be sent as soon as you are back.',
  stale: 'This took too long to send. Please send it once more.',
  refused: 'It could not be sent. Please try again later.',
  yours: 'You',
} as const
