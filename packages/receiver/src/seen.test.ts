import { expect, test } from 'vitest'
import {
  guideHeaders,
  LEAD_BODY,
  modernHeaders,
  SECRET,
  signedHeaders,
} from '../test/sign-request.ts'
import { createHandler, type HandlerOptions } from './handler.ts'
import { rememberIds, type SeenStore } from './seen.ts'

const RECEIVED = '{"received":true}'
const DUPLICATE = '{"received":true,"duplicate":true}'

function setup({ seen, ...options }: Partial<HandlerOptions> & { seen: SeenStore }) {
  const handled: (string | null)[] = []
  const errors: unknown[] = []
  const handle = createHandler({
    secret: SECRET,
    on: { 'lead.submit': (_event, { id }) => handled.push(id) },
    onError: (error) => errors.push(error),
    seen,
    ...options,
  })
  const post = async (id: string, headers = modernHeaders(LEAD_BODY, { id })) => {
    const { status, body } = await handle({ method: 'POST', headers, body: LEAD_BODY })
    return [status, body]
  }
  return { post, handled, errors }
}

test.each([
  ['a Set', () => new Set<string>()],
  ['the ids in memory', () => rememberIds()],
  [
    'a store that answers later',
    () => {
      const ids = new Set<string>()
      return { has: async (id: string) => ids.has(id), add: async (id: string) => ids.add(id) }
    },
  ],
])('with %s a repeat is acknowledged and not handled again', async (_, createStore) => {
  const { post, handled } = setup({ seen: createStore() })
  expect(await post('evt_1')).toEqual([200, RECEIVED])
  expect(await post('evt_1')).toEqual([200, DUPLICATE])
  expect(await post('evt_2')).toEqual([200, RECEIVED])
  expect(handled).toEqual(['evt_1', 'evt_2'])
})

test('what failed is no repeat when it comes again', async () => {
  let fails = true
  const calls: unknown[] = []
  const { post } = setup({
    seen: new Set(),
    on: {
      '*': () => {
        calls.push(null)
        if (fails) throw new Error('away')
      },
    },
  })
  expect((await post('evt_1'))[0]).toBe(500)
  fails = false
  expect(await post('evt_1')).toEqual([200, RECEIVED])
  expect(calls).toHaveLength(2)
})

test.each([
  ['ends well', 200],
  ['fails', 500],
])(
  'a repeat that overtakes waits for the first, and shares its end when that %s',
  async (_, end) => {
    const gate = Promise.withResolvers<void>()
    const bothVerified = Promise.withResolvers<void>()
    let verified = 0
    let calls = 0
    const { post } = setup({
      seen: new Set(),
      // Asked for once a signature was found right.
      now: () => {
        if (++verified === 2) bothVerified.resolve()
        return Date.now()
      },
      on: {
        '*': async () => {
          calls++
          await gate.promise
          if (end === 500) throw new Error('away')
        },
      },
    })
    const both = Promise.all([post('evt_1'), post('evt_1')])
    await bothVerified.promise
    await new Promise((resolve) => setImmediate(resolve))
    gate.resolve()
    expect((await both).map(([status]) => status)).toEqual([end, end])
    expect(calls).toBe(1)
  },
)

test('an id that nobody signed drops nothing', async () => {
  const { post, handled } = setup({ seen: new Set(['evt_1']), require: 'either' })
  const headers = { ...guideHeaders(LEAD_BODY), 'webhook-id': 'evt_1' }
  expect(await post('evt_1', headers)).toEqual([200, RECEIVED])
  expect(handled).toEqual([null])
})

test('a forged repeat is refused, not acknowledged', async () => {
  const { post } = setup({ seen: new Set(['evt_1']) })
  expect((await post('evt_1', signedHeaders('{}')))[0]).toBe(400)
})

test('a store that can’t say is a failure; one that can’t remember is only told of', async () => {
  const away = () => Promise.reject(new Error('the store is away'))
  const unsure = setup({ seen: { has: away, add: () => undefined } })
  expect((await unsure.post('evt_1'))[0]).toBe(500)
  expect(unsure.handled).toEqual([])
  const forgetful = setup({ seen: { has: () => false, add: away } })
  expect(await forgetful.post('evt_1')).toEqual([200, RECEIVED])
  expect(forgetful.errors).toMatchObject([{ message: 'the store is away' }])
})

test('memory keeps the latest ids only', async () => {
  const store = rememberIds(2)
  for (const id of ['a', 'b', 'c']) store.add(id)
  expect(['a', 'b', 'c'].map((id) => store.has(id))).toEqual([false, true, true])
})
