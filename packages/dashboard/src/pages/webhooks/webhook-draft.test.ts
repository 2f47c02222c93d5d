import { expect, test } from 'vitest'
import type { Webhook } from '../../api/schema.ts'
import { NO_WANTS, wantsValues } from './wants/wants-draft.ts'
import {
  changeOf,
  draftOf,
  droppedTypes,
  emptyDraft,
  faultsOf,
  hasFaults,
  valuesOf,
} from './webhook-draft.ts'
import { eachOf, NUMBER_NAMES, PAIRS_NAMES } from './webhook-settings.ts'

const SETTINGS = [...PAIRS_NAMES, ...NUMBER_NAMES]

/** Of settings that a test says nothing of, none is set. */
function setup(change: Partial<Webhook> = {}) {
  const webhook: Webhook = {
    ...eachOf(PAIRS_NAMES, () => ({})),
    ...eachOf(NUMBER_NAMES, () => null),
    id: 'wh_1',
    chatbotId: 'bot_1',
    url: 'https://shop.example/hook',
    description: 'CRM',
    kind: 'http',
    temporary: false,
    eventTypes: ['leads.submit', 'order.created'],
    headers: { 'X-Api-Key': '***' },
    maxInFlight: 8,
    ratePerSecond: 0.5,
    ...wantsValues(NO_WANTS),
    state: 'active',
    stateReason: null,
    health: {
      failingSince: null,
      consecutiveFailures: 0,
      lastSuccessAt: null,
      lastFailureAt: null,
      lastFailure: null,
    },
    overlapEndsAt: null,
    createdAt: '',
    updatedAt: '',
    ...change,
  }
  const saved = draftOf(webhook, (name) => name === 'leads.submit')
  return { webhook, saved }
}

test('what was not touched is no change, and has no fault', () => {
  const { webhook, saved } = setup()
  expect(changeOf(saved, saved)).toEqual({})
  expect(hasFaults(faultsOf(saved))).toBe(false)
  const { url, eventTypes, description } = webhook
  const settings = eachOf(SETTINGS, (name) => webhook[name])
  const wants = wantsValues(NO_WANTS)
  expect(valuesOf(saved)).toEqual({ url, eventTypes, description, ...wants, ...settings })
})

test('only what differs is sent, and an emptied number is the server’s own again', () => {
  const { saved } = setup()
  const draft = {
    ...saved,
    url: ' https://shop.example/new ',
    maxInFlight: '',
    timeoutSeconds: '5',
  }
  expect(changeOf(draft, saved)).toEqual({
    url: 'https://shop.example/new',
    maxInFlight: null,
    timeoutSeconds: 5,
  })
})

test('headers are sent whole: a stored value stays masked, one that is typed replaces it', () => {
  const { saved } = setup()
  const row = (key: number, name: string, value: string) => ({ key, name, value, storedName: null })
  const headers = [...saved.headers, row(7, ' X-Shop ', 'one'), row(8, '', '')]
  expect(changeOf({ ...saved, headers }, saved)).toEqual({
    headers: { 'X-Api-Key': '***', 'X-Shop': 'one' },
  })
  const replaced = saved.headers.map((header) => ({ ...header, value: 'new' }))
  expect(changeOf({ ...saved, headers: replaced }, saved)).toEqual({
    headers: { 'X-Api-Key': 'new' },
  })
  expect(changeOf({ ...saved, headers: [] }, saved)).toEqual({ headers: {} })
})

test('a header that is renamed needs its value again, and none comes twice', () => {
  const { saved } = setup()
  const renamed = saved.headers.map((header) => ({ ...header, name: 'X-Key' }))
  expect(faultsOf({ ...saved, headers: renamed }).headers.get(0)).toHaveProperty('value')
  const again = { key: 1, name: 'x-api-key', value: 'v', storedName: null }
  const faults = faultsOf({ ...saved, headers: [...saved.headers, again] })
  expect(faults.headers.get(1)).toHaveProperty('name')
  const nameless = { key: 2, name: '', value: 'v', storedName: null }
  expect(faultsOf({ ...saved, headers: [nameless] }).headers.get(2)).toHaveProperty('name')
})

test.each(['0', '121', '1.5', '-1', 'ten', '1e2'])(
  'a timeout of %s is refused',
  (timeoutSeconds) => {
    const faults = faultsOf({ ...setup().saved, timeoutSeconds })
    expect([faults.timeoutSeconds, hasFaults(faults)]).toEqual([expect.any(String), true])
  },
)

test.each(['0', '0.05', '1000.5', '-1', '1,000', '1e2', 'ten', '.5', '5.'])(
  'a rate of %s is refused',
  (ratePerSecond) => {
    const faults = faultsOf({ ...setup().saved, ratePerSecond })
    expect([faults.ratePerSecond, hasFaults(faults)]).toEqual([expect.any(String), true])
  },
)

test('a rate may be a fraction, and an emptied one is none', () => {
  const { saved } = setup()
  expect(changeOf({ ...saved, ratePerSecond: ' 2.5 ' }, saved)).toEqual({ ratePerSecond: 2.5 })
  expect(changeOf({ ...saved, ratePerSecond: '' }, saved)).toEqual({ ratePerSecond: null })
  expect(faultsOf({ ...saved, ratePerSecond: '1000' }).ratePerSecond).toBeNull()
})

test('types that are left out are told apart from those that stay', () => {
  const { saved } = setup()
  expect(
    droppedTypes({ ...saved, chosen: [], others: 'order.created, order.paid' }, saved),
  ).toEqual(['leads.submit'])
  expect(faultsOf({ ...saved, chosen: [], others: ' , ' }).eventTypes).toEqual(expect.any(String))
})

test('a new one says nothing but its lead event', () => {
  const draft = emptyDraft(['lead.submit'])
  expect(valuesOf({ ...draft, url: 'https://shop.example' }).eventTypes).toEqual(['lead.submit'])
  expect(faultsOf(draft).url).toEqual(expect.any(String))
})

test('one that is listened to has no URL: none is asked for, and none is sent', () => {
  const { saved } = setup({ kind: 'listen', url: 'listen:', state: 'away' })
  expect([saved.url, hasFaults(faultsOf(saved))]).toEqual([null, false])
  expect(changeOf({ ...saved, description: 'Mine' }, saved)).toEqual({ description: 'Mine' })
})
