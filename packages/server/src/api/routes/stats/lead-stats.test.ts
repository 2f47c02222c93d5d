import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { manualClock } from '../../../../test/manual-clock.ts'

interface StatsJson {
  from: string
  to: string
  count: number
  more: boolean
  chatbots: { chatbotId: string; name: string; count: number }[]
  sampled: number
  states: Record<string, number>
}

async function setup() {
  const clock = manualClock(Date.UTC(2026, 8, 14, 9, 33, 12, 345))
  const api = await startApiAlone(undefined, clock)
  const make = async (name: string) =>
    (await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name } })).json.id
  const lead = (bot: string) =>
    api.call('POST', `/api/v1/chatbots/${bot}/leads`, { body: { customerName: 'Ann' } })
  const stats = async (query = '', key?: string) =>
    (
      await api.call<StatsJson>(
        'GET',
        `/api/v1/lead-stats?${query}`,
        key === undefined ? {} : { key },
      )
    ).json
  return { ...api, clock, make, lead, stats }
}

test('a day of leads is counted from the instant on that the viewer calls midnight', async () => {
  const { clock, make, lead, stats } = await setup()
  const bot = await make('Shop')
  await lead(bot)
  clock.advance(3_600_000)
  await lead(bot)
  await lead(bot)
  const all = await stats()
  expect(all).toMatchObject({
    from: '2026-09-13T10:33:12.345Z',
    to: '2026-09-14T10:33:12.345Z',
    more: false,
    moreChatbots: false,
  })
  // What was left in this very millisecond is not before it.
  clock.advance(1)
  const later = await stats(`from=2026-09-14T13:30:00%2B03:00`)
  expect(later.count).toBe(2)
  expect(later.chatbots).toEqual([{ chatbotId: bot, name: 'Shop', count: 2 }])
  expect(later.states).toMatchObject({ none: 2, delivered: 0 })
})

test('what is counted is what its list has', async () => {
  const { call, clock, make, lead, stats } = await setup()
  const bot = await make('Shop')
  await lead(bot)
  const hook = { url: 'https://shop.example/', eventTypes: ['leads.submit'] }
  await call('POST', `/api/v1/chatbots/${bot}/webhooks`, { body: hook })
  await lead(bot)
  await lead(bot)
  clock.advance(1)
  const { states, sampled, from, to } = await stats(`chatbotId=${bot}`)
  expect(sampled).toBe(3)
  for (const [state, count] of Object.entries(states)) {
    const query = `chatbotId=${bot}&deliveryState=${state}&from=${from}&to=${to}`
    const { json } = await call<{ data: unknown[] }>('GET', `/api/v1/leads?${query}`)
    expect(json.data, state).toHaveLength(count)
  }
  expect(states).toMatchObject({ pending: 2, none: 1 })
})

test('an owner counts the leads of the own chatbot alone', async () => {
  const { call, clock, make, lead, stats } = await setup()
  const [own, other] = [await make('Own'), await make('Other')]
  await lead(own)
  await lead(other)
  await lead(other)
  clock.advance(1)
  expect((await stats()).chatbots.map(({ count }) => count)).toEqual([2, 1])
  const body = { name: 'Owner', chatbotId: own }
  const { json } = await call<{ key: string }>('POST', '/api/v1/api-keys', { body })
  const seen = await stats('', json.key)
  expect(seen.chatbots).toEqual([{ chatbotId: own, name: 'Own', count: 1 }])
  expect((await stats(`chatbotId=${other}`, json.key)).count).toBe(0)
})

test('a span that ends before it begins is refused', async () => {
  const { call } = await setup()
  const refused = await call('GET', '/api/v1/lead-stats?from=2026-09-15&to=2026-09-14')
  expect(refused.status).toBe(400)
})
