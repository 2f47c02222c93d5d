import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { manualClock } from '../../../../test/manual-clock.ts'

interface StatsJson {
  from: string
  to: string
  step: string
  totals: { accepted: number }
  series: { at: string; accepted: number }[]
}

async function setup() {
  const clock = manualClock(Date.UTC(2026, 8, 14, 9, 33, 12, 345))
  const api = await startApiAlone(undefined, clock)
  const bot = await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  const chatbot = `/api/v1/chatbots/${bot.json.id}`
  const hook = { url: 'https://shop.example/', eventTypes: ['lead.submit'] }
  await api.call('POST', `${chatbot}/webhooks`, { body: hook })
  const stats = async (query: string) =>
    (await api.call<StatsJson>('GET', `/api/v1/stats?${query}`)).json
  const lead = () => api.call('POST', `${chatbot}/leads`, { body: { customerName: 'Ann' } })
  return { ...api, clock, bot: bot.json.id, stats, lead }
}

test('without a span it is the last day, in whole steps', async () => {
  const { stats, lead } = await setup()
  await lead()
  const found = await stats('')
  expect(found).toMatchObject({
    from: '2026-09-13T09:30:00.000Z',
    to: '2026-09-14T09:33:12.345Z',
    step: '5m',
    current: { pending: 1, parked: 0 },
    totals: { accepted: 1, attempts: 0, latencyMs: null },
  })
  expect(found.series).toMatchObject([{ at: '2026-09-14T09:30:00.000Z', accepted: 1 }])
})

test('the default step fits the span', async () => {
  const { stats } = await setup()
  const step = async (from: string) => (await stats(`from=${from}&to=2026-09-14`)).step
  expect(await step('2026-09-13T23:00:00Z')).toBe('1m')
  expect(await step('2026-09-12')).toBe('15m')
  expect(await step('2026-09-01')).toBe('6h')
  expect(await step('2026-01-01')).toBe('1d')
})

test('counts are those of the span and of the chatbot that are asked for', async () => {
  const { stats, lead, clock, bot } = await setup()
  await lead()
  clock.advance(3_600_000)
  await lead()
  expect((await stats(`chatbotId=${bot}&step=1h`)).series.length).toBe(2)
  expect((await stats('from=2026-09-14T10:00:00Z')).totals.accepted).toBe(1)
  expect((await stats('chatbotId=bot_01m2fm1cgye03v13e1wgzp7b71')).totals.accepted).toBe(0)
})
