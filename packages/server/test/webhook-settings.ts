/** A webhook's settings as tests know them: a new one has its entry here, and is tested everywhere. */

import * as header from '../src/api/shapes/webhook-headers.ts'
import {
  DESCRIPTION_LENGTH_MAX,
  EVENT_TYPES_MAX,
  METADATA_NAME_LENGTH_MAX,
  METADATA_NAMES_MAX,
  METADATA_VALUE_LENGTH_MAX,
} from '../src/api/shapes/webhook-settings.ts'
import { URL_LENGTH_MAX } from '../src/api/shapes/webhook-url.ts'
import { FILTER_BYTES_MAX } from '../src/api/shapes/webhook-wants.ts'
import { RATE_MAX, RATE_MIN } from '../src/rate.ts'
import { TEMPLATE_BYTES_MAX } from '../src/wants/template/template.ts'
import type { WebhookSettings } from '../src/webhook.ts'

type Refused = [value: unknown, what: string, answer?: { path?: string; code?: string }]

interface SettingCases<Value> {
  /** Two that differ: both are kept to the letter. */
  kept: [Value, Value]
  /** What nobody may set it to, and what is answered; the path that it names is the setting's own. */
  refused: Refused[]
  /** Its rows in `docs/limits.md`. */
  limits: Record<string, string>
}

const count = (value: number) => value.toLocaleString('en')
const characters = (value: number) => `${count(value)} characters`

export const WEBHOOK_SETTINGS: {
  [Name in keyof WebhookSettings]: SettingCases<WebhookSettings[Name]>
} = {
  url: {
    kept: ['https://user:pass@receiver.example/hook?a=%20b', 'https://other.example/'],
    refused: [
      [undefined, 'no url'],
      [5, 'a number as url'],
      ['', 'an empty url'],
      ['/hooks', 'a path as url'],
      ['ftp://shop.example/', 'ftp'],
      ['javascript:alert(1)', 'javascript'],
      ['file:///etc/passwd', 'a file'],
      ['https://', 'no host'],
      ['https:///path', 'three slashes'],
      ['https:shop.example', 'no slashes'],
      ['https:\\\\shop.example', 'backslashes'],
      ['https://shop.example/#top', 'a fragment'],
      ['https://shop.example/a b', 'a space'],
      ['https://shop.example/\n', 'a line break'],
      ['https://shop.example:99999/', 'a port beyond 65535'],
      [`https://shop.example/${'x'.repeat(2048)}`, 'a url of more than 2,048'],
      ['http://10.0.0.1/', 'a private address', { code: 'blocked_address' }],
    ],
    limits: { "a webhook's URL": characters(URL_LENGTH_MAX) },
  },
  eventTypes: {
    kept: [
      [
        'leads.submit',
        'A.b',
        'a.b',
        'ADD_MESSAGE',
        'user-signup',
        'constructor',
        'webhook.failing',
      ],
      ['order.*', 'orders.paid', 'order', 'webhook.failing'],
    ],
    refused: [
      [[], 'no event type'],
      ['lead.submit', 'a text for a list'],
      [['lead.submit', 'lead.submit'], 'one event type twice', { path: 'eventTypes[1]' }],
      [
        ['lead.submit', 'leads.submit'],
        'both spellings of the lead event',
        { path: 'eventTypes[1]' },
      ],
      ...[
        '',
        'order.',
        '*.paid',
        'order*',
        'order.**',
        'order.*.x',
        '1.*',
        'webhook.*',
        'Delivery.*',
      ].map((entry): Refused => [['a.b', entry], `\`${entry}\``, { path: 'eventTypes[1]' }]),
      ...[
        ['*', 'order.paid'],
        ['order.paid', '*'],
        ['*', '*'],
        ['order.*', 'order.paid.late'],
        ['order.paid.*', 'order.*'],
        ['lead.*', 'leads.submit'],
      ].map(
        (entries): Refused => [entries, `${entries.join(' beside ')}`, { path: 'eventTypes[1]' }],
      ),
      [Array.from({ length: 51 }, (_, index) => `a.b${index}`), '51 event types'],
    ],
    limits: { 'event types of a webhook': count(EVENT_TYPES_MAX) },
  },
  description: {
    kept: ['CRM "quoted" \u2028 🎉', ''],
    refused: [
      ['x'.repeat(501), 'a description of 501'],
      ['\0', 'U+0000 in a description'],
    ],
    limits: { "a webhook's description": characters(DESCRIPTION_LENGTH_MAX) },
  },
  headers: {
    kept: [{ authorization: 'Bearer tøken' }, {}],
    refused: [
      [{ 'X A': '1' }, 'a header name with a space', { path: 'headers["X A"]' }],
      [{ '': '1' }, 'an empty header name', { path: 'headers[""]' }],
      [{ 'X-A': 'a\r\nX-B: c' }, 'a line break in a header', { path: 'headers.X-A' }],
      [{ 'X-A': 'a\0' }, 'NUL in a header', { path: 'headers.X-A' }],
      [{ 'X-A': '✓' }, 'a header beyond Latin-1', { path: 'headers.X-A' }],
      [{ 'X-A': 5 }, 'a number as a header', { path: 'headers.X-A' }],
      [{ 'X-A': 'x'.repeat(1001) }, 'a header of 1,001', { path: 'headers.X-A' }],
      [
        { [`X-${'a'.repeat(99)}`]: '1' },
        'a header name of 101',
        { path: `headers.X-${'a'.repeat(99)}` },
      ],
      [{ 'X-A': '1', 'x-a': '2' }, 'a header twice', { path: 'headers.x-a' }],
      [
        Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`X-${index}`, '1'])),
        '21 headers',
      ],
      [{ 'X-A': '***' }, 'a masked header', { path: 'headers.X-A' }],
      ...headersOfOurs(),
    ],
    limits: {
      'own headers of a webhook': count(header.HEADERS_MAX),
      "an own header's name": characters(header.HEADER_NAME_LENGTH_MAX),
      "an own header's value": characters(header.HEADER_VALUE_LENGTH_MAX),
    },
  },
  timeoutSeconds: {
    kept: [7, null],
    refused: [
      [0, 'a timeout of 0'],
      [121, 'a timeout of 121'],
      [1.5, 'half a second'],
    ],
    limits: {},
  },
  maxInFlight: { kept: [3, null], refused: [[0, 'no request at a time']], limits: {} },
  ratePerSecond: {
    kept: [0.1, null],
    refused: [
      [0, 'a rate of 0'],
      [0.09, 'a rate below 0.1'],
      [1000.1, 'a rate above 1,000'],
      [-5, 'a rate below 0'],
      ['10', 'a text for a rate'],
      [true, 'true for a rate'],
    ],
    limits: { "a webhook's `ratePerSecond`": `${RATE_MIN} to ${count(RATE_MAX)}` },
  },
  metadata: {
    kept: [
      {
        'b.c-d_E': '\u2028 "two"\n lines ',
        a: '',
        constructor: 'x',
        'a.b': '"a":"c"',
        toString: '😀'.repeat(500),
        ...numbered(14),
        [`-${'9'.repeat(39)}`]: 'the 20th',
      },
      {},
    ],
    refused: [
      [null, 'null for metadata'],
      [[], 'a list for metadata'],
      ['env=a', 'a text for metadata'],
      [numbered(21), '21 names'],
      [{ '': 'x' }, 'an empty name', { path: 'metadata[""]' }],
      [{ ['a'.repeat(41)]: 'x' }, 'a name of 41', { path: `metadata.${'a'.repeat(41)}` }],
      ...['a b', 'é', '١', 'a/b', 'a[0]', 'a\n', '😀', '"'].map(nameRefused),
      [{ ['__proto__']: 'x' }, 'the name __proto__', { path: 'metadata.__proto__' }],
      [{ $a: 'x' }, 'a dollar in a name', { path: 'metadata.$a' }],
      ...[5, true, null, ['x'], { x: 'x' }].map(valueRefused),
      [{ a: 'x'.repeat(501) }, 'a value of 501', { path: 'metadata.a' }],
      [{ a: '😀'.repeat(501) }, 'a value of 501 wide characters', { path: 'metadata.a' }],
      [{ a: 'x\0' }, 'U+0000 in a value', { path: 'metadata.a' }],
      [{ a: '\ud800' }, 'half a surrogate pair in a value', { path: 'metadata.a' }],
    ],
    limits: {
      "names of a webhook's `metadata`": count(METADATA_NAMES_MAX),
      "a name of a webhook's `metadata`": characters(METADATA_NAME_LENGTH_MAX),
      "a value of a webhook's `metadata`": characters(METADATA_VALUE_LENGTH_MAX),
    },
  },
  format: {
    kept: ['event', 'agent'],
    refused: [
      ['xml', 'a format that there is not'],
      ['Guide', 'capitals in a format'],
      [null, 'null for a format'],
    ],
    limits: {},
  },
  template: {
    // It goes with the format `template` alone (webhook-wants.test.ts).
    kept: [null, null],
    refused: [
      [5, 'a number as a template'],
      [`{"a":"${'x'.repeat(16_384)}"}`, 'a template of more than 16 KiB'],
    ],
    limits: { "a webhook's `template`": `${count(TEMPLATE_BYTES_MAX)} bytes` },
  },
  templateType: { kept: ['json', 'json'], refused: [['xml', 'a type of templates']], limits: {} },
  include: {
    kept: [['consent', 'custom'], []],
    refused: [
      [['phone'], 'what nothing is called', { path: 'include[0]' }],
      [['custom', 'custom'], 'one of include twice', { path: 'include[1]' }],
      ['custom', 'a text for include'],
    ],
    limits: {},
  },
  filter: {
    kept: [{ payload: { customerPhone: { exists: true } } }, null],
    refused: [
      ['all', 'a text for a filter'],
      [{ paylod: {} }, 'a key that no event has', { path: 'filter.paylod' }],
    ],
    limits: { "a webhook's `filter`": `${count(FILTER_BYTES_MAX)} bytes` },
  },
}

/** A webhook that was given the first of each, or the second. */
export function keptSettings(which: 0 | 1): WebhookSettings {
  const kept = Object.entries(WEBHOOK_SETTINGS).map(([name, cases]) => [name, cases.kept[which]])
  return Object.fromEntries(kept) as WebhookSettings
}

function numbered(names: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: names }, (_, index) => [`n${index}`, 'x']))
}

function nameRefused(name: string): SettingCases<unknown>['refused'][number] {
  return [{ [name]: 'x' }, `the name ${name}`, { path: `metadata[${JSON.stringify(name)}]` }]
}

function valueRefused(value: unknown): SettingCases<unknown>['refused'][number] {
  return [{ a: value }, `the value ${JSON.stringify(value)}`, { path: 'metadata.a' }]
}

function headersOfOurs(): SettingCases<unknown>['refused'] {
  const names = [
    'Host',
    'content-length',
    'Content-Type',
    'transfer-encoding',
    'Connection',
    'keep-alive',
    'TE',
    'Trailer',
    'upgrade',
    'Expect',
    'Proxy-Authorization',
    'User-Agent',
    'accept',
    'accept-encoding',
    'X-Chatzuri-Signature',
    'webhook-id',
    'Webhook-Signature',
  ]
  return names.map((name) => [{ [name]: 'x' }, `the header ${name}`, { path: `headers.${name}` }])
}
