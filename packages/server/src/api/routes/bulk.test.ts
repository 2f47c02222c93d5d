import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'

interface Started {
  recoveryId: string | null
  count: number
  more: boolean
}

async function setup() {
  const api = await startApiAlone()
  const post = async (path: string, body: object, key?: string) =>
    await api.call<Record<string, string>>('POST', path, { body, ...(key && { key }) })
  const makeOwner = async () => {
    const { id: bot = '' } = (await post('/api/v1/chatbots', { name: 'A' })).json
    const hook = { url: 'https://shop.example/', eventTypes: ['lead.submit'] }
    const webhook = (await post(`/api/v1/chatbots/${bot}/webhooks`, hook)).json.id ?? ''
    for (const customerName of ['Ann', 'Bob']) {
      await post(`/api/v1/chatbots/${bot}/leads`, { customerName })
    }
    const { key = '' } = (await post('/api/v1/api-keys', { name: 'x', chatbotId: bot })).json
    const list = await api.call<{ data: { id: string }[] }>(
      'GET',
      `/api/v1/deliveries?chatbotId=${bot}`,
    )
    return { bot, webhook, key, ids: list.json.data.map(({ id }) => id) }
  }
  const bulk = (what: string, body: object, key?: string) =>
    api.call<Started & { code: string }>('POST', `/api/v1/deliveries/${what}`, {
      body,
      ...(key && { key }),
    })
  return { ...api, post, makeOwner, bulk }
}

test('a filter must say something, ids stand alone, and nothing is begun by mistake', async () => {
  const { bulk, makeOwner } = await setup()
  const { bot, ids } = await makeOwner()
  for (const body of [
    {},
    { chatbotId: bot },
    { dryRun: true },
    { ids, state: 'pending' },
    { ids: [] },
  ]) {
    const { status, json } = await bulk('cancel', body)
    expect([JSON.stringify(body), status, json.code]).toEqual([
      JSON.stringify(body),
      400,
      'invalid_input',
    ])
  }
  expect((await bulk('cancel', { state: 'lost' })).status).toBe(400)
  const counted = await bulk('cancel', { chatbotId: bot, q: 'ann', dryRun: true })
  expect([counted.status, counted.json]).toEqual([202, { recoveryId: null, count: 1, more: false }])
})

test('a key reaches its own chatbot, and of another not even the number', async () => {
  const { call, bulk, makeOwner } = await setup()
  const [one, other] = [await makeOwner(), await makeOwner()]
  const own = await bulk('cancel', { state: ['pending', 'parked'], dryRun: true }, one.key)
  expect(own.json.count).toBe(2)
  for (const body of [
    { ids: other.ids },
    { ids: [...one.ids, ...other.ids.slice(0, 1)] },
    { ids: ['dlv_01m2fm1cpqe10845a7f8pm0j0e'] },
  ]) {
    const { status, json } = await bulk('cancel', body, one.key)
    expect([status, json.code]).toEqual([404, 'delivery_not_found'])
  }
  expect(
    (await bulk('cancel', { webhookId: other.webhook, dryRun: true }, one.key)).json.count,
  ).toBe(0)
  const started = await bulk('cancel', { ids: other.ids }, other.key)
  const path = `/api/v1/bulk-actions/${started.json.recoveryId}`
  expect((await call('GET', path, { key: other.key })).json).toMatchObject({
    action: 'cancel',
    total: 2,
    done: 0,
    finishedAt: null,
  })
  expect((await call('GET', path, { key: one.key })).status).toBe(404)
  expect((await call('POST', `${path}/stop`, { key: one.key })).status).toBe(404)
  const listed = async (key?: string, query = '') => {
    const { json } = await call<{ data: { id: string }[] }>(
      'GET',
      `/api/v1/bulk-actions?running=true${query}`,
      key === undefined ? {} : { key },
    )
    return json.data?.map(({ id }) => id)
  }
  const id = started.json.recoveryId
  expect(await listed(other.key)).toEqual([id])
  expect(await listed(one.key)).toEqual([])
  expect(await listed(one.key, `&chatbotId=${other.bot}`)).toEqual([])
  expect(await listed(undefined, `&chatbotId=${other.bot}`)).toEqual([id])
  expect(await listed(undefined, '&limit=1')).toEqual([id])
  const stopped = await call('POST', `${path}/stop`, { key: other.key })
  expect(await listed(other.key)).toEqual([])
  expect(stopped.json).toMatchObject({ stopped: true, finishedAt: expect.any(String) })
})

test('an operator does it over all chatbots, and ends it', async () => {
  const { call, bulk, makeOwner } = await setup()
  const owners = [await makeOwner(), await makeOwner()]
  const started = await bulk('cancel', { state: 'pending' })
  expect(started.json.count).toBe(4)
  const path = `/api/v1/bulk-actions/${started.json.recoveryId}`
  expect((await call('GET', path)).json).toMatchObject({ chatbotId: null, total: 4 })
  expect((await call('GET', path, { key: owners[0]?.key ?? '' })).status).toBe(404)
  expect((await call('POST', `${path}/stop`)).json).toMatchObject({ stopped: true })
  const log = await call<{ data: { action: string; chatbotId: string | null }[] }>(
    'GET',
    '/api/v1/audit-log?limit=2',
  )
  expect(log.json.data).toMatchObject([
    { action: 'bulk.stopped', chatbotId: null },
    { action: 'deliveries.cancelled', chatbotId: null },
  ])
})

test('earlier events are counted for a webhook that was made later', async () => {
  const { call, post, makeOwner } = await setup()
  const { bot } = await makeOwner()
  const hook = { url: 'https://shop.example/2', eventTypes: ['lead.submit'] }
  const made = (await post(`/api/v1/chatbots/${bot}/webhooks`, hook)).json.id
  const backfill = (body: object) =>
    call<{ since: string; recoveryId: string; count: number }>(
      'POST',
      `/api/v1/webhooks/${made}/backfill`,
      { body },
    )
  expect((await backfill({ since: '2020-01-01', dryRun: true })).json).toMatchObject({ count: 2 })
  expect((await backfill({ since: '2100-01-01', dryRun: true })).json).toMatchObject({ count: 0 })
  expect((await backfill({ since: '2030-01-02', until: '2030-01-01' })).status).toBe(400)
  expect((await backfill({})).status).toBe(400)
  const { json } = await backfill({ since: '2020-01-01', ignoreFilter: true })
  expect(Date.parse(`${json.since}`)).toBeGreaterThan(Date.parse('2020-01-02'))
  // Who was given a `recoveryId` may look where recoveries are.
  const recovery = await call('GET', `/api/v1/recoveries/${json.recoveryId}`)
  expect(recovery.json).toMatchObject({ webhookId: made, total: 2, done: 0, finishedAt: null })
})
