import { count } from './count.ts'

export const chatbots = {
  navigation: 'Chatbots',
  title: 'Chatbots',
  intro: 'Who collects leads for you: what each one asks visitors, and on which sites.',
  listLabel: 'Chatbots',
  emptyTitle: 'No chatbot yet',
  empty:
    'Create one, and you get its lead form to edit, and one line of HTML that puts it on your site.',
  search: 'Find by name',
  searchPlaceholder: 'A part of its name',
  columns: { name: 'Name', asks: 'Asks for', origins: 'Sites', created: 'Created' },
  noOrigins: 'none yet',
  origins: (origins: number) => count(origins, 'site', 'sites'),
  create: 'Create a chatbot',
  createIntro: 'Leads and events belong to a chatbot, and so do the webhooks that get them.',
  name: 'Name',
  nameHint: 'As you call it yourself; it can be changed later.',
  namePlaceholder: 'Shop assistant',
  created: (name: string) => `${name} is there`,
  notCreated: 'It was not created',
  nameMissing: 'Give it a name.',
  back: 'All chatbots',
  kinds: { customerName: 'Name', customerEmail: 'Email', customerPhone: 'Phone' },
  editor: {
    general: 'Name and color',
    visitorName: 'Visitors see it above the conversation.',
    color: 'Color',
    colorHint: 'Of the bubble, the head and the button. Text on it is black or white by itself.',
    colorPick: 'Pick a color',
    colorDefault: 'Use the default',
    colorPlaceholder: '#1f5fd0',
    colorFault: 'Write a color as six hex digits, like #0f766e.',
    asks: 'What it asks for',
    asksIntro:
      'Each with its label. A visitor must fill in at least one field, also when none is required.',
    asked: (kind: string) => `Ask for: ${kind.toLowerCase()}`,
    labelOf: (kind: string) => `Label of ${kind.toLowerCase()}`,
    required: 'Required',
    up: (kind: string) => `Move ${kind.toLowerCase()} up`,
    down: (kind: string) => `Move ${kind.toLowerCase()} down`,
    moved: (kind: string, place: number, places: number) => `${kind}: ${place} of ${places}`,
    noField: 'Ask for at least one of them.',
    labelMissing: 'Give the field a label.',
    says: 'What it says',
    greeting: 'Greeting',
    greetingHint: 'Above the form.',
    thanks: 'Thanks',
    thanksHint: 'After the visitor has sent the form.',
    consent: 'Consent',
    consentHint:
      'With a text, the form has a box to tick. What a visitor answered is kept with the lead, with the text as it was then.',
    consentPlaceholder: 'I agree that you store my details to answer me.',
    consentRequired: 'Visitors must agree before they can send',
    consentRequiredHint: 'Without this the box is their choice, and a “no” is kept as well.',
    sites: 'Where it may be used',
    origins: 'Sites',
    originsHint:
      'One in a line, as you would type it: www.shop.example. A page’s address is fine, too; the site of it is taken.',
    originsPlaceholder: 'https://shop.example',
    originFaults: {
      none: (line: number, text: string) =>
        `Line ${line}: “${text}” is no site. Write it like https://shop.example.`,
      star: (line: number, text: string) =>
        `Line ${line}: “${text}” names no single site. Write each one in a line of its own, without *.`,
      several: (line: number, text: string) =>
        `Line ${line}: “${text}” is more than one site. Write each in a line of its own.`,
      scheme: (line: number, text: string) =>
        `Line ${line}: “${text}” is no web page. A site begins with https:// or http://.`,
      user: (line: number, text: string) =>
        `Line ${line}: “${text}” has a user name in it. Write the site alone, like https://shop.example.`,
    },
    originTwins: 'To browsers these are other sites. If yours answers there as well, add them:',
    originTwin: (origin: string) => `Add ${origin}`,
    originsMax: (max: number) => `At most ${max} sites.`,
  },
  preview: {
    title: 'Preview',
    form: 'Form',
    shown: 'What is shown',
    intro: 'What visitors see. Try it: nothing is sent.',
    unnamed: 'Without a name',
  },
  save: {
    unsaved: 'There are changes that are not saved.',
    save: 'Save the changes',
    discard: 'Discard',
    saved: 'Saved. Visitors see it from now on.',
    failed: 'It was not saved; what you typed is still here',
    fix: 'Mend what is marked, then save again.',
  },
  leave: {
    title: 'Leave without saving?',
    body: 'What you changed on this page is lost when you leave it.',
    confirm: 'Leave, and lose the changes',
  },
  install: {
    title: 'Put it on your site',
    intro:
      'One line of HTML, anywhere in the page. It loads nothing else until a visitor opens it.',
    script: 'Script tag',
    noOrigins:
      'Your site is not among its sites yet, so browsers would refuse it there. Add the site above and save.',
    policy: 'If your site has a Content-Security-Policy',
    policyIntro: 'Add these sources to it; a site without such a header needs nothing.',
    page: 'A page of its own',
    pageIntro: 'No site needed: a link that you can send or print.',
    openPage: 'Open the page',
    copyPage: 'Copy the link',
    id: 'Chatbot id',
  },
  owner: {
    action: 'Sign-in link for the owner…',
    title: 'Sign-in link for the owner',
    intro: (name: string) =>
      `Whoever opens it sees and changes ${name}, its webhooks, deliveries and leads, and nothing else.`,
    expires: 'Must be used within',
    seconds: { '900': '15 minutes', '3600': '1 hour', '86400': '24 hours' },
    make: 'Make the link',
    another: 'Make another link',
    failed: 'The link was not made',
    once: 'Copy it now: it is shown once, and works once.',
    until: 'It must be used before',
    copy: 'Copy the link',
    done: 'Done',
  },
  remove: {
    menu: 'More actions',
    action: 'Delete…',
    title: 'Delete this chatbot?',
    webhooks: (webhooks: number) =>
      webhooks === 0
        ? 'It has no webhooks.'
        : `${count(webhooks, 'webhook is', 'webhooks are')} deleted with it.`,
    itsWebhooks: 'Its webhooks are deleted with it.',
    waiting: (waiting: number) =>
      `${count(waiting, 'delivery that waits', 'deliveries that wait')} will be cancelled and not sent.`,
    leads: 'All its leads are erased, for good. Export them before, if you need them.',
    keys: 'Its API keys and its owners’ sessions end, and the widget disappears from its sites.',
    confirm: 'Delete the chatbot and its leads',
    deleted: (name: string) => `${name} was deleted.`,
  },
}
