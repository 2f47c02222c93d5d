import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import { expectedVersions } from './versions.ts'

interface Named {
  id: string
  name: string
}

interface Key extends Named {
  key: string
}

interface Refusal {
  code: string
  message: string
  changed: { at: string; by: string; name: string | null; you: boolean }
  details: { path: string; message: string }[]
}

async function setup() {
  const api = await startApiAlone()
  const { call } = api
  const bot = await call<Named>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  const chatbot = `/api/v1/chatbots/${bot.json.id}`
  const body = { url: 'https://shop.example/h', eventTypes: ['lead.submit'] }
  const made = await call<Named>('POST', `${chatbot}/webhooks`, { body })
  const webhook = `/api/v1/webhooks/${made.json.id}`
  const change = async (path: string, value: unknown, ifMatch?: string, key?: string) => {
    const field = path === chatbot ? 'name' : 'description'
    return call<Refusal>('PATCH', path, {
      body: { [field]: value },
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
      ...(key === undefined ? {} : { key }),
    })
  }
  const tag = async (path: string) => (await call('GET', path)).headers.get('etag') ?? ''
  const newKey = async (name: string, chatbotId?: string) =>
    (
      await call<Key>('POST', '/api/v1/api-keys', {
        body: { name, ...(chatbotId && { chatbotId }) },
      })
    ).json
  return { ...api, bot, made, chatbot, webhook, change, tag, newKey }
}

test('what can be edited has a tag, the same wherever it is answered', async () => {
  const { call, bot, made, chatbot, webhook, change, tag } = await setup()
  for (const [first, path] of [
    [bot, chatbot],
    [made, webhook],
  ] as const) {
    const given = first.headers.get('etag')
    expect(given).toMatch(/^"\d+"$/)
    expect(await tag(path)).toBe(given)
    const changed = await change(path, 'b', given ?? '')
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(given)
    expect(await tag(path)).toBe(changed.headers.get('etag'))
    expect((await change(path, 'b')).headers.get('etag')).toBe(changed.headers.get('etag'))
  }
  const before = await tag(webhook)
  for (const action of ['pause', 'resume']) {
    const answer = await call('POST', `${webhook}/${action}`)
    expect(answer.headers.get('etag')).toBe(before)
  }
  await call('POST', `${webhook}/rotate-secret`)
  expect(await tag(webhook)).toBe(before)
})

test('a GET is answered whole whatever its reader has: state and health are in it', async () => {
  const { call, webhook, tag } = await setup()
  const etag = await tag(webhook)
  await call('POST', `${webhook}/pause`)
  const answer = await call<{ state: string }>('GET', webhook, {
    headers: { 'if-none-match': etag },
  })
  expect([answer.status, answer.json.state]).toEqual([200, 'paused'])
})

test('of another version nothing is changed or deleted, and it is told by whom it was changed', async () => {
  const { call, chatbot, webhook, change, tag } = await setup()
  for (const path of [chatbot, webhook]) {
    const old = await tag(path)
    await change(path, 'theirs')
    const now = await call('GET', path)
    const refused = [
      await change(path, 'mine', old),
      await call<Refusal>('DELETE', path, { headers: { 'if-match': old } }),
    ]
    for (const { status, json, headers } of refused) {
      expect([status, json.code]).toEqual([412, 'changed_meanwhile'])
      expect(json.changed).toMatchObject({ by: 'root', name: null, you: true })
      expect(json.changed.at).toBe((now.json as { updatedAt?: string }).updatedAt)
      expect(json.message).toContain(json.changed.at)
      expect(headers.get('etag')).toBe(now.headers.get('etag'))
    }
    expect((await call('GET', path)).json).toEqual(now.json)
    expect((await change(path, 'mine', `"x", ${await tag(path)},`)).status).toBe(200)
    expect((await change(path, 'any', '*')).status).toBe(200)
  }
  for (const path of [webhook, chatbot]) {
    const headers = { 'if-match': await tag(path) }
    expect((await call('DELETE', path, { headers })).status).toBe(204)
  }
})

test('a name that came back is another version all the same', async () => {
  const { chatbot, change, tag } = await setup()
  const first = await tag(chatbot)
  await change(chatbot, 'B')
  await change(chatbot, 'A')
  expect((await change(chatbot, 'C', first)).status).toBe(412)
})

test('who changed it is named as far as the caller may know', async () => {
  const { change, webhook, chatbot, bot, tag, newKey, call } = await setup()
  const owner = await newKey('Shop backend', bot.json.id)
  const other = await newKey('Laptop', bot.json.id)
  const operator = await newKey('Secret project')
  const told = async (by: string | undefined, to: string | undefined) => {
    const old = await tag(webhook)
    await change(webhook, `${by} ${to}`, undefined, by)
    const { json } = await change(webhook, 'mine', old, to)
    return { ...json.changed, text: json.message }
  }
  const byOther = await told(other.key, owner.key)
  expect(byOther).toMatchObject({ by: other.id, name: 'Laptop', you: false })
  expect(byOther.text).toContain('by the key “Laptop”')
  const byOperator = await told(operator.key, owner.key)
  expect(byOperator).toMatchObject({ name: null, you: false })
  expect(byOperator.text).toContain('by an operator')
  expect(JSON.stringify(byOperator)).not.toContain('Secret project')
  expect(await told(operator.key, undefined)).toMatchObject({ name: 'Secret project' })
  expect(await told(owner.key, owner.key)).toMatchObject({ you: true })
  expect((await told(undefined, owner.key)).text).toContain('by an operator')
  const old = await tag(chatbot)
  await change(chatbot, 'B', undefined, other.key)
  await call('DELETE', `/api/v1/api-keys/${other.id}`)
  expect((await change(chatbot, 'C', old)).json.message).toContain('a key that was revoked')
})

test('what is no If-Match is refused, and a weak tag never matches', async () => {
  const { call, change, chatbot, webhook, tag } = await setup()
  for (const path of [chatbot, webhook]) {
    const etag = await tag(path)
    const wrong = [etag.slice(1, -1), '', ',', '"a" "b"', '*, "a"', '"a', `w/${etag}`, '"a b"']
    for (const given of wrong) {
      for (const method of ['PATCH', 'DELETE'] as const) {
        const body = method === 'PATCH' ? { body: {} } : {}
        const headers = { 'if-match': given }
        const { status, json } = await call<Refusal>(method, path, { ...body, headers })
        expect([given, status, json.code]).toEqual([given, 400, 'invalid_input'])
        expect(json.details[0]?.path).toBe('If-Match')
      }
    }
    const weak = await change(path, 'x', `W/${etag}`)
    expect([weak.status, weak.json.code]).toEqual([412, 'changed_meanwhile'])
    expect(weak.json.message).toContain('weak')
    expect((await change(path, 'x', `W/"a",, ${etag} ,""`)).status).toBe(200)
  }
})

test('what is not there is not found, whatever version was meant', async () => {
  const { call, change, webhook, tag, newKey } = await setup()
  const etag = await tag(webhook)
  const other = await call<Named>('POST', '/api/v1/chatbots', { body: { name: 'B' } })
  const foreign = await newKey('Foreign', other.json.id)
  await change(webhook, 'x')
  expect((await change(webhook, 'y', etag, foreign.key)).status).toBe(404)
  await call('DELETE', webhook)
  for (const given of [etag, '*']) expect((await change(webhook, 'x', given)).status).toBe(404)
})

test('a list of nothing but commas is read in one go', () => {
  const versions = (value: string) => expectedVersions({ headers: { 'if-match': value } })
  const commas = ','.repeat(30_000)
  const startedAt = performance.now()
  expect(() => versions(`"a"${commas}x`)).toThrow()
  expect(versions(`"a"${commas}"b"${commas}`)).toEqual(['a', 'b'])
  expect(performance.now() - startedAt).toBeLessThan(1_000)
  for (const wrong of ['"a""b"', '"a" "b"', '"a', '"a","', '"a b"', '', ',', '*,"a"']) {
    expect(() => versions(wrong), wrong).toThrow()
  }
  expect(versions(', "a" ,, W/"b",')).toEqual(['a'])
})
