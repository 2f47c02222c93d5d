import { count } from './count.ts'

export const overview = {
  navigation: 'Overview',
  title: 'Overview',
  intro: 'What was delivered, and what wants your attention.',
  span: 'Time span',
  spans: { hour: '1 hour', day: '24 hours', week: '7 days', month: '30 days' },
  delivered: 'Delivered',
  successRate: 'Attempts that succeeded',
  latency: 'Answer time',
  latencyHelp:
    'Half of the endpoints’ answers came within the first figure, 95 % within the second.',
  waiting: 'Waiting now',
  parkedToo: (parked: string) => `and ${parked} parked`,
  exhaustedToo: (exhausted: string) => `${exhausted} given up`,
  ofAttempts: (attempts: number) => `of ${count(attempts, 'attempt', 'attempts')}`,
  p95: (p95: string, p99: string) =>
    `p95 ${p95} · p99 ${p99}`.replaceAll(/(p9\d|\d) (?=\w)/g, '$1\u00a0'),
  nothingYet: 'nothing yet',
  attemptsTitle: 'Attempts over time',
  attemptsAbout: 'Each attempt is counted when it ended. Test events are not.',
  attemptsSeries: {
    delivered: 'Delivered',
    retried: 'Failed, tried again',
    givenUp: 'Failed, given up',
  },
  attemptsSummary: (span: string, delivered: string, failed: string, givenUp: string) =>
    `Bar chart of the attempts of the last ${span}: ${delivered} delivered, ${failed} failed, with which ${givenUp} deliveries were given up.`,
  attemptsEmpty: (span: string) => `No attempt was made in the last ${span}.`,
  barFollow: 'Deliveries accepted in this time',
  latencyTitle: 'Answer times of endpoints',
  latencySummary: (span: string, p50: string, p95: string, p99: string) =>
    `Line chart of the last ${span}: half within ${p50}, 95 % within ${p95}, 99 % within ${p99}.`,
  latencyEmpty: (span: string) => `Chart of the last ${span}: no attempt was made.`,
  p: { p50: 'p50', p95: 'p95', p99: 'p99' },
  attentionTitle: 'Needs your attention',
  isPartial: (webhooks: number) =>
    `Of the newest ${webhooks} webhooks: there are more. Choose a chatbot to see all of its own.`,
  attentionNone: 'Every webhook is active, and its last attempt succeeded.',
  failingFor: 'Failing since',
  failures: (failures: number) => `${count(failures, 'failure', 'failures')} in a row`,
  seeCause: 'See the cause',
  resume: 'Resume',
  resumed: (url: string) => `Resumed: ${url}`,
  noChatbotTitle: 'Start with a chatbot',
  noChatbot: 'Then add a webhook to it, and send it a test event: it takes about a minute.',
  noWebhookTitle: 'No webhook yet',
  noWebhook: 'A webhook is where leads go. Create one and see a test event arrive.',
  createWebhook: 'Create a webhook',
}
