/** `docs/limits.md` lists every limit, each as the code has it. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KEY_BURST_SECONDS, RATES } from '../../packages/server/src/api/access/request-limits.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  EVENT_TEXT_BYTES_MAX,
} from '../../packages/server/src/api/routes/events.ts'
import { COUNTED_ROWS_MAX } from '../../packages/server/src/api/routes/integrations/query.ts'
import { EVENT_BODY_BYTES_MAX } from '../../packages/server/src/api/routes/leads.ts'
import { STEPS_MAX } from '../../packages/server/src/api/routes/stats/stats.ts'
import {
  HEARTBEAT_MS,
  STALLED_BEATS_MAX,
  STREAMS_MAX,
  STREAMS_PER_CHATBOT_MAX,
  UNREAD_BYTES_MAX,
} from '../../packages/server/src/api/routes/stream/change-feed.ts'
import {
  REPLAY_CHANGES,
  REPLAY_SLOTS,
} from '../../packages/server/src/api/routes/stream/change-replay.ts'
import { OVERLAP_HOURS_MAX } from '../../packages/server/src/api/routes/webhooks/webhook-secrets.ts'
import {
  SLOTS,
  STALLED_MS,
  TURN_WAIT_MS,
} from '../../packages/server/src/api/server/answers/answer-slots.ts'
import {
  BODY_BYTES_MAX_DEFAULT,
  BODY_LIMITS,
  LEAD_BODY_BYTES_MAX,
  STRANGER_BODY_BYTES_MAX,
} from '../../packages/server/src/api/server/bodies/body-budget.ts'
import {
  CHUNK_BYTES_MIN,
  TINY_CHUNKS_MAX,
} from '../../packages/server/src/api/server/bodies/tiny-chunks.ts'
import { HEADERS_MS, REQUEST_MS } from '../../packages/server/src/api/server/connection-limits.ts'
import * as http from '../../packages/server/src/api/server/http-server.ts'
import {
  ANSWER_MS_MAX_AT_STOP,
  PIPELINED_MAX,
} from '../../packages/server/src/api/server/open-connections.ts'
import * as chatbot from '../../packages/server/src/api/shapes/chatbot-schemas.ts'
import { PAGE_BYTES_MAX } from '../../packages/server/src/api/shapes/cursor.ts'
import { ERROR_CODES } from '../../packages/server/src/api/shapes/error-codes.ts'
import { PULL_SECONDS_MAX } from '../../packages/server/src/api/shapes/listener-schemas.ts'
import { LIMIT_MAX } from '../../packages/server/src/api/shapes/schemas.ts'
import { PAGE_LENGTH_MAX } from '../../packages/server/src/api/widget/widget-consent.ts'
import { FILL_MS_MIN, TOKEN_AGE_MS_MAX } from '../../packages/server/src/api/widget/widget-lead.ts'
import * as widget from '../../packages/server/src/api/widget/widget-schemas.ts'
import { ATTEMPTS_SHOWN_MAX } from '../../packages/server/src/delivery.ts'
import { BODY_BYTES_MAX, EVENT_TYPE_LENGTH_MAX } from '../../packages/server/src/event.ts'
import * as lead from '../../packages/server/src/ingest/lead-fields.ts'
import { PAYLOAD_DEPTH_MAX } from '../../packages/server/src/ingest/payload.ts'
import * as extras from '../../packages/server/src/lead-extras.ts'
import { HANDED_MAX } from '../../packages/server/src/listen/listening.ts'
import { WAITS_MAX } from '../../packages/server/src/listen/waits.ts'
import {
  TESTS_AT_A_TIME,
  TESTS_PER_CHATBOT_AT_A_TIME,
} from '../../packages/server/src/schedule/test-sender.ts'
import * as answer from '../../packages/server/src/send/answer-reader.ts'
import { KEPT_BYTES_MAX } from '../../packages/server/src/send/body-head.ts'
import { CHUNKS_MAX } from '../../packages/server/src/send/chunked-body.ts'
import { AGE_MS_MAX, IDLE_MAX } from '../../packages/server/src/send/connections.ts'
import { BODY_READ_MS_MAX } from '../../packages/server/src/send/exchange.ts'
import { readConfig } from '../../packages/server/src/settings/config.ts'
import { TOLD_EVERY_MS } from '../../packages/server/src/store/rules/notices.ts'
import * as custom from '../../packages/server/src/text/custom-fields.ts'
import * as typed from '../../packages/server/src/text/typed-text.ts'
import { WEBHOOKS_MAX_PER_CHATBOT } from '../../packages/server/src/webhook.ts'
import { WEBHOOK_SETTINGS } from '../../packages/server/test/webhook-settings.ts'

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8')
const defaults = readConfig({})

const count = (value: number | null) => (value ?? 0).toLocaleString('en')
const characters = (value: number) => `${count(value)} characters`
const kib = (bytes: number) => `${count(bytes / 1024)} KiB`
const seconds = (ms: number) => `${count(ms / 1_000)} s`
const rate = ({ perMinute, burst }: { perMinute: number; burst: number }) =>
  `${count(perMinute)} a minute, ${count(burst)} at once`

const LIMITS: Record<string, string> = {
  'requests by one key': `\`RATE_LIMIT_PER_KEY\`: ${count(defaults.ratePerKey)} a second, ${KEY_BURST_SECONDS} seconds' worth at once`,
  'wrong keys from one address': rate(RATES.failedKeys),
  'widget: all requests from one address': rate(RATES.widgetAddress),
  'widget: conversations from one address with one chatbot': rate(RATES.conversationsAddress),
  'widget: conversations from one origin with one chatbot': rate(RATES.conversationsOrigin),
  'widget: conversations with one chatbot': rate(RATES.conversationsChatbot),
  'widget: leads of one conversation': rate(RATES.leadsConversation),
  'widget: leads from one address with one chatbot': rate(RATES.leadsAddress),
  'widget: leads from one origin with one chatbot': rate(RATES.leadsOrigin),
  'widget: leads with one chatbot': rate(RATES.leadsChatbot),
  'widget: from a conversation to its lead': `${seconds(FILL_MS_MIN)} to ${TOKEN_AGE_MS_MAX / 3_600_000} hours`,
  connections: `\`MAX_CONNECTIONS\`: ${count(defaults.maxConnections)}`,
  'connections from one address': `\`MAX_CONNECTIONS_PER_ADDRESS\`: ${count(defaults.maxConnectionsPerAddress)}`,
  "until a request's headers are there": seconds(HEADERS_MS),
  'until a whole request is there': seconds(REQUEST_MS),
  'an idle connection': seconds(http.KEEP_ALIVE_MS),
  'silence while a request is open': seconds(http.SILENCE_MS_MAX),
  'requests sent ahead on a connection': count(PIPELINED_MAX),
  'an answer that is being made or read when the server stops': seconds(ANSWER_MS_MAX_AT_STOP),
  'open streams': count(STREAMS_MAX),
  "open streams of one chatbot's keys and sessions": count(STREAMS_PER_CHATBOT_MAX),
  'listeners that wait': count(WAITS_MAX),
  "how long a listener's question waits": seconds(PULL_SECONDS_MAX * 1_000),
  'test events of one chatbot on their way': count(TESTS_PER_CHATBOT_AT_A_TIME),
  'test events on their way': count(TESTS_AT_A_TIME),
  "deliveries in a listener's hand": count(HANDED_MAX),
  'what a stream leaves unread': kib(UNREAD_BYTES_MAX),
  'a stream whose reader takes nothing': `${seconds(STALLED_BEATS_MAX * HEARTBEAT_MS)}, at a heartbeat (${seconds(HEARTBEAT_MS)})`,
  'changes of a page of what a resumed stream missed': count(REPLAY_CHANGES),
  "such pages of one chatbot's streams that are read at once": count(REPLAY_SLOTS.perChatbotMax),
  'such pages that are read at once': count(REPLAY_SLOTS.max),
  'a URL': characters(http.URL_BYTES_MAX),
  'URL and headers': kib(http.HEADER_BYTES_MAX),
  headers: count(http.REQUEST_HEADERS_MAX),
  'a body': kib(BODY_BYTES_MAX_DEFAULT),
  'the body of a lead or an event': kib(EVENT_BODY_BYTES_MAX),
  "a batch's body": kib(BATCH_BYTES_MAX),
  [`chunks of a body with fewer than ${CHUNK_BYTES_MIN} bytes on average`]: count(TINY_CHUNKS_MAX),
  'events of a batch': count(BATCH_EVENTS_MAX),
  'an event of a batch above 256 KiB, as it was sent': kib(EVENT_TEXT_BYTES_MAX),
  'bodies under way': kib(BODY_LIMITS.owners.bytesMax),
  'bodies of one chatbot under way': kib(BODY_LIMITS.owners.shareMax),
  'bodies without a key under way': kib(BODY_LIMITS.strangers.bytesMax),
  'bodies without a key from one address under way': kib(BODY_LIMITS.strangers.shareMax),
  "a visitor's lead": kib(LEAD_BODY_BYTES_MAX),
  "a sign-in's body, the widget's other bodies": kib(STRANGER_BODY_BYTES_MAX),
  "a lead's own fields": `${custom.CUSTOM_FIELDS_MAX}, ${kib(custom.CUSTOM_BYTES_MAX)} in all`,
  'the value of an own field': kib(custom.CUSTOM_VALUE_BYTES_MAX),
  'choices of an own field': String(chatbot.OPTIONS_MAX),
  'an address of a lead’s context': characters(extras.ADDRESS_LENGTH_MAX),
  'a UTM parameter': characters(extras.UTM_LENGTH_MAX),
  'the title of a lead’s page': characters(extras.TITLE_LENGTH_MAX),
  'the language of a lead’s page': characters(extras.LANGUAGE_LENGTH_MAX),
  'the time zone of a lead’s page': characters(extras.TIME_ZONE_LENGTH_MAX),
  'own fields of a form': count(custom.CUSTOM_FIELDS_MAX),
  'a page of a list': `${LIMIT_MAX} rows`,
  'rows that counted pages reach (`get-leads`, `get-conversations`)': `${count(COUNTED_ROWS_MAX)} rows`,
  'attempts that are shown with their delivery': count(ATTEMPTS_SHOWN_MAX),
  'steps of statistics': count(STEPS_MAX),
  'rows of a page together, in a list or an export': kib(PAGE_BYTES_MAX),
  'exports (`leads.csv`) of one chatbot at once': count(SLOTS.export.perChatbotMax),
  'exports at once': count(SLOTS.export.max),
  'lists and details of one caller that are made or read at once': count(
    SLOTS.answer.perChatbotMax,
  ),
  'lists and details that are made or read at once': count(SLOTS.answer.max),
  'how long an answer waits for its turn': seconds(TURN_WAIT_MS),
  'a reader of these that takes nothing': seconds(STALLED_MS),
  'the headers of an answer': kib(answer.HEAD_BYTES_MAX),
  'interim answers (1xx) before it': count(answer.INTERIM_ANSWERS_MAX),
  'the headers of both together': kib(answer.HEADS_BYTES_MAX),
  'lines of both together': count(answer.HEAD_LINES_MAX),
  "an answer's body, as it is framed": kib(answer.ANSWER_BODY_BYTES_MAX),
  "an answer's chunks": count(CHUNKS_MAX),
  "an answer's body takes": seconds(BODY_READ_MS_MAX),
  'what is kept of a body': kib(KEPT_BYTES_MAX),
  "a connection's age": `${seconds(AGE_MS_MAX)}, less up to a fifth`,
  'idle connections over all endpoints': count(IDLE_MAX),
  "a chatbot's name": characters(chatbot.NAME_LENGTH_MAX),
  "a form's greeting, thanks, consent": characters(chatbot.FORM_TEXT_LENGTH_MAX),
  'the page of a consent': characters(PAGE_LENGTH_MAX),
  "a form field's label": characters(chatbot.LABEL_LENGTH_MAX),
  'allowed origins of a chatbot': count(chatbot.ORIGINS_MAX),
  'an allowed origin': characters(chatbot.ORIGIN_LENGTH_MAX),
  'webhooks of a chatbot': count(WEBHOOKS_MAX_PER_CHATBOT),
  ...Object.assign({}, ...Object.values(WEBHOOK_SETTINGS).map(({ limits }) => limits)),
  "a secret's overlap": `${OVERLAP_HOURS_MAX} hours`,
  'an event type': characters(EVENT_TYPE_LENGTH_MAX),
  "a payload's depth": `${PAYLOAD_DEPTH_MAX} levels`,
  "a delivery's body": `${count(BODY_BYTES_MAX)} bytes`,
  "a lead's email": characters(typed.EMAIL_LENGTH_MAX),
  "a lead's phone": characters(typed.PHONE_LENGTH_MAX),
  "a lead's name by the widget": characters(widget.WIDGET_NAME_LENGTH_MAX),
  'a conversation id of your own': characters(lead.CONVERSATION_ID_LENGTH_MAX),
  'notices of one type (`webhook.failing`, …) about a webhook': `1 in ${seconds(TOLD_EVERY_MS)}`,
  'unfinished deliveries': `\`MAX_BACKLOG\`: ${count(defaults.maxBacklog)}`,
}

test('one whole batch always fits into the share of its chatbot', () => {
  expect(BATCH_BYTES_MAX).toBeLessThanOrEqual(BODY_LIMITS.owners.shareMax)
})

function rows(): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| what |'))
    .map((line) => line.slice(2, -2).split(' | '))
}

test('every limit has its row, with the figure of the code, and no row is made up', () => {
  const found = rows().filter((row) => row.length === 3)
  expect(Object.fromEntries(found.map(([what, limit]) => [what, limit]))).toEqual(LIMITS)
})

test('every answer that a row names is one of the catalogue, with its status', () => {
  const named = rows().flatMap(([, , answer = '']) => [...answer.matchAll(/(\d{3}) `(\w+)`/g)])
  expect(named.length).toBeGreaterThan(20)
  for (const [, status, code = ''] of named) {
    expect(ERROR_CODES, code).toHaveProperty(code)
    expect(ERROR_CODES[code as keyof typeof ERROR_CODES][0], code).toBe(Number(status))
  }
})

test('every reason of a refusal that is counted is explained', () => {
  const source = readFileSync(
    new URL('../../packages/server/src/metrics.ts', import.meta.url),
    'utf8',
  )
  const union = /type RefusalReason =([\s\S]*?)\n\n/.exec(source)?.[1] ?? ''
  const reasons = [...union.matchAll(/'(\w+)'/g)].map(([, reason]) => reason)
  expect(reasons.length).toBeGreaterThan(10)
  for (const reason of reasons) expect(page).toContain(`\`${reason}\``)
})
