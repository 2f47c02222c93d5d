/** The commands against the real server, as a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../../../test/support/api-client.ts'
import { removeDataDirs, ServerProcess } from '../../../test/support/server-process.ts'
import { VECTORS } from '../../receiver/test/formats.ts'
import { receiver, SECRET, serve } from '../test/receivers.ts'
import { run } from './run.ts'

const LEAD =
  '{"eventType":"lead.submit","chatbotId":"bot_1","payload":{"conversationId":"c1","customerEmail":"a@b.co","customerName":"Ann","customerPhone":"+254700000000"}}'
const VECTOR_SECRET = 'whsec0000000000000000000000000001'

let folder: string
let body: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatzuri-cli-'))
  body = join(folder, 'body.json')
  writeFileSync(body, LEAD)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('without a server', () => {
  test('a signature is the vector, and is verified', async () => {
    const { code, lines } = await call(['sign', body, '--secret', VECTOR_SECRET, '--id', 'evt_1'])
    expect(code).toBe(0)
    const headers = Object.fromEntries(lines.map((line) => line.split(': ')))
    expect(headers['x-chatzuri-signature']).toBe('8b0fdf3ceb6cc6f34cf4ed62ff6a418e4da8fa0d')
    const given = Object.entries(headers).flatMap(([name, value]) => [
      '--header',
      `${name}: ${value}`,
    ])
    const right = await call(['verify', body, ...given, '--secret', VECTOR_SECRET])
    expect(right.code).toBe(0)
    expect(JSON.parse(right.lines[0] ?? '')).toMatchObject({ verified: true })
    const wrong = await call(['verify', body, ...given, '--secret', SECRET])
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.lines[0] ?? '')).toMatchObject({ verified: false, code: 'no_match' })
  })

  test('of the format event, too, whose hash is another', async () => {
    const [, text = '', signature] = VECTORS.find(([format]) => format === 'event') ?? []
    const ofEvent = join(folder, 'event.json')
    writeFileSync(ofEvent, text)
    const env = { CHATZURI_SECRET: VECTOR_SECRET }
    const signed = await call(['sign', ofEvent, '--format', 'event', '--json'], { env })
    const header = `x-chatzuri-signature: ${JSON.parse(signed.text)['x-chatzuri-signature']}`
    expect(header).toBe(`x-chatzuri-signature: ${signature}`)
    const verified = await call(['verify', ofEvent, '--header', header, '--json'], { env })
    expect(JSON.parse(verified.text)).toEqual({ verified: true, event: JSON.parse(text) })
  })

  test('with two secrets it signs as during a rotation, and verifies with either', async () => {
    const env = { CHATZURI_SECRET: `${SECRET} ${VECTOR_SECRET}` }
    const { lines } = await call(['sign', body, '--json'], { env })
    const headers: Record<string, string> = JSON.parse(lines[0] ?? '')
    expect(headers['x-chatzuri-signature']).toBe('8b0fdf3ceb6cc6f34cf4ed62ff6a418e4da8fa0d')
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/)
    const given = Object.entries(headers).flatMap(([name, value]) => [
      '--header',
      `${name}: ${value}`,
    ])
    for (const secret of [SECRET, VECTOR_SECRET, env.CHATZURI_SECRET]) {
      const verified = await call(['verify', body, ...given], { env: { CHATZURI_SECRET: secret } })
      expect(verified.code).toBe(0)
    }
  })

  test.each([
    'listen',
    'check',
    'trigger',
    'deliveries',
    'send-waiting',
    'recover',
    'bulk',
    'webhooks',
    'verify',
    'sign',
  ])('%s has help', async (command) => {
    const { code, text } = await call([command, '--help'])
    expect(code).toBe(0)
    expect(text).toContain(`Usage: chatzuri ${command}`)
    expect(text).toContain('--json')
  })

  test.each([
    [['lissten'], 'There is no command "lissten"'],
    [['delivries', 'list'], 'Did you mean "deliveries"?'],
    [['restor'], 'Did you mean "restore"?'],
    [['listen'], 'listen needs to know where to: --forward-to'],
    [['listen', 'localhost:3000/hook'], "The URL is an option's: --forward-to URL"],
    [['listen', '--forward-to', 'ftp://x'], '"ftp://x" is no URL'],
    [
      ['listen', '--forward-to', 'localhost:1', '--webhook', 'wh_1', '--events', 'a.b'],
      'has its own',
    ],
    [['check'], 'check needs one URL'],
    [['check', 'shop.example', '--secret', SECRET], 'say https://shop.example.'],
    [['check', 'https://shop.example/hook'], 'it is not set'],
    [['check', 'https://sh\u200bop.example/\u200b', '--secret', SECRET], "can't be seen (U+200B)"],
    [
      ['listen', '--forward-to', 'localhost\u202e:3000'],
      "--forward-to has a character in it that can't",
    ],
    [['check', 'https://shop.example/hook', '--secret', 'a'], '16 to 256'],
    [['check', 'https://shop.example/hook', '--secret', `${SECRET} a`], '16 to 256'],
    [['sign', '--secret', SECRET, '--format', 'Event'], '--format is guide, agent or event.'],
    [['check', 'https://a.example/', '--secret', SECRET, '--format', 'slack'], '--format is guide'],
    [['sign', '--secret', `${SECRET} ${SECRET} ${SECRET}`], 'more than two'],
    [['trigger', 'lead.submit'], 'Set CHATZURI_KEY'],
    [['trigger', 'lead.submit', '--sett', 'a=b'], 'no option --sett. Did you mean --set?'],
    [['trigger', 'lead.submit', '--set'], 'trigger --help'],
    [['trigger', 'lead.submit', '--chat-id', 'bot_1'], 'trigger --help'],
    [['webhooks', 'resume'], 'webhooks takes list'],
    [['webhooks', 'pause', 'wh_1', '--held'], 'webhooks takes list'],
    [['deliveries', 'list', '--webhook', ''], '--webhook has no value'],
    [['listen', '--forward-to', 'http://8311'], 'a number where a host stands'],
    [['deliveries', 'show', 'dlv_1', '--state', 'parked'], '--state is of deliveries list'],
    [['deliveries', 'resend', 'dlv_1', '--since', '6h'], 'ids or a filter'],
    [['deliveries', 'list', '--state', 'exhasted'], 'Did you mean "exhausted"?'],
    [['deliveries', 'shred'], 'deliveries takes list'],
    [['deliveries', 'resend', '--type', 'a.b', '--limit', '1001'], 'from 1 to 1000'],
    [['webhooks', 'backfill', 'wh_1'], 'needs a time'],
    [['webhooks', 'delete', 'wh_1', '--since', '7d'], '--since is of webhooks backfill'],
    [['bulk', 'show'], 'bulk takes list'],
    [['bulk', 'stop', 'rcv_1', '--running'], 'narrow bulk list'],
    [['send-waiting'], 'send-waiting needs one webhook'],
    [['send-waiting', 'wh_1', 'wh_2'], 'send-waiting needs one webhook'],
    [['recover', 'wh_1', '--since', 'yesterday'], '"yesterday" is no time'],
    [['recover', 'wh_1', '--since', '99999999999d'], '"99999999999d" is no time'],
    [['verify', '/no/such/file', '--secret', SECRET], "can't be read"],
  ])('%j is asked wrongly, in one sentence', async (argv, says) => {
    const { code, error } = await call(argv)
    expect(code).toBe(2)
    expect(error).toContain(says)
    expect(error.trim().split('\n')).toHaveLength(1)
  })

  test('the address of the server is typed as any other', async () => {
    const at = (CHATZURI_URL: string) =>
      call(['chatbots', 'list'], { env: { CHATZURI_URL, CHATZURI_KEY: 'key' } })
    expect((await at('127.0.0.1:1')).error).toContain('No server answers at http://127.0.0.1:1 ')
    expect(await at('ftp://a')).toMatchObject({ code: 2 })
  })

  test('a server that is away is exit code 4', async () => {
    const env = { CHATZURI_URL: 'http://127.0.0.1:1', CHATZURI_KEY: 'key' }
    const { code, error } = await call(['deliveries', 'list'], { env })
    expect([code, error]).toEqual([4, expect.stringContaining('No server answers at')])
  })

  test('a right endpoint is exit code 0, a wrong one 1; the report is text unless asked', async () => {
    const right = await serve(receiver())
    const argv = ['check', right.url.href, '--secret', SECRET]
    expect(await call(argv)).toMatchObject({ code: 0, text: expect.stringContaining('no fault') })
    const json = await call([...argv, '--json', '--format', 'agent'])
    expect(JSON.parse(json.text)).toMatchObject({ ok: true, checks: 'guide', format: 'agent' })
    const other = await call([...argv, '--format', 'event'])
    expect(other).toMatchObject({ code: 1, text: expect.stringContaining('in the format event') })
    right.server.close()
    const open = await serve(receiver({ equal: () => true }))
    const { code, text } = await call(['check', open.url.href, '--secret', SECRET])
    expect([code, text]).toEqual([1, expect.stringContaining('FAULT')])
    open.server.close()
  })
})

describe('with a server', () => {
  let server: ServerProcess
  let endpoint: { url: URL; server: Server }
  let status = 200
  let env: Record<string, string>
  let api: ApiClient
  let webhookId: string
  beforeAll(async () => {
    server = await ServerProcess.start({ settings: { RETRY_SCHEDULE: '0s' } })
    endpoint = await serve(receiver({ reply: () => ({ status, body: '{"received":true}' }) }))
    env = { CHATZURI_URL: server.url, CHATZURI_KEY: server.adminKey }
    api = new ApiClient({ url: server.url, adminKey: server.adminKey })
    const chatbotId = await api.createChatbot()
    const fields = {
      url: endpoint.url.href,
      eventTypes: ['lead.submit', 'order.paid'],
      secret: SECRET,
    }
    webhookId = (await api.createWebhook(chatbotId, fields)).id
  })
  afterAll(async () => {
    endpoint.server.close()
    await server.stop()
    removeDataDirs()
  })

  test('a lead is triggered, found, shown and sent again', async () => {
    const argv = ['trigger', 'lead.submit', '--set', 'customerName=Grace']
    const { code, lines } = await call(argv, { env })
    expect(code).toBe(0)
    const { eventId, deliveries } = JSON.parse(lines[0] ?? '')
    const [{ id }] = deliveries
    const list = await call(['deliveries', 'list', '--event', eventId], { env })
    expect(list.lines.map((line) => JSON.parse(line).id)).toEqual([id])
    const shown = await call(['deliveries', 'show', id], { env, terminal: true })
    expect(shown.text).toContain('Delivered')
    expect(shown.text).toContain('"customerName":"Grace"')
    expect((await call(['deliveries', 'resend', id], { env })).code).toBe(0)
    expect((await api.finished(id)).attempts).toHaveLength(2)
    const table = await call(['deliveries', 'list', '--q', 'Grace'], { env, terminal: true })
    expect(table.lines[0]).toMatch(/^id +createdAt +eventType +state/)
  })

  test('of what was refused on a terminal, the answer is shown, and how it is seen', async () => {
    status = 400
    const { code, text } = await call(['trigger', 'lead.submit'], { env, terminal: true })
    status = 200
    expect(code).toBe(1)
    const [, id = ''] = /Why: chatzuri deliveries show (dlv_\w+)/.exec(text) ?? []
    const shown = await call(['deliveries', 'show', id], { env, terminal: true })
    expect(shown.text).toContain('It answered: {"received":true}')
    // Delivered in the end, so that the test of recover finds its own only.
    expect((await call(['deliveries', 'resend', id], { env })).code).toBe(0)
    await api.finished(id)
  })

  test('a slip in the type or in a field of a lead is told of, once', async () => {
    const slip = await call(['trigger', 'lead.sumbit'], { env, terminal: true })
    expect(slip.text).toContain('Did you mean lead.submit?')
    const field = ['trigger', 'lead.submit', '--set', 'custmerName=Ann']
    const { code, error } = await call(field, { env })
    expect(code).toBe(3)
    expect(error.match(/There is no field/g)).toHaveLength(1)
  })

  test('what waits is sent now, and of no webhook nothing is', async () => {
    const none = await call(['send-waiting', webhookId], { env, terminal: true })
    expect(none).toMatchObject({ code: 0, text: 'Nothing waits for it.\n' })
    const json = await call(['send-waiting', webhookId], { env })
    expect(JSON.parse(json.text)).toEqual({ count: 0 })
    const gone = await call(['send-waiting', 'wh_01m2fm1cgye03v13e1wgzp7b71'], { env })
    expect([gone.code, gone.error]).toEqual([3, expect.stringContaining('no such webhook')])
  })

  test('an event has the payload of --set, and what failed is recovered', async () => {
    status = 500
    const { code, lines } = await call(['trigger', 'order.paid', '--set', 'total=9.5'], { env })
    expect(code).toBe(1)
    const [{ id }] = JSON.parse(lines[0] ?? '').deliveries
    status = 200
    const argv = ['recover', webhookId, '--since', '1h']
    const dry = await call([...argv, '--dry-run'], { env })
    expect(JSON.parse(dry.text)).toEqual({ recoveryId: null, count: 1 })
    expect(await call(argv, { env, terminal: true })).toMatchObject({
      code: 0,
      text: '1 deliveries are on their way again.\n',
      error: expect.stringContaining('[####################] 1 of 1'),
    })
    const shown = JSON.parse((await call(['deliveries', 'show', id], { env })).text)
    expect(shown.request.body).toContain('"payload":{"total":9.5}')
  })

  test('a webhook is created by its URL, and its secret is told', async () => {
    const url = 'http://127.0.0.1:4711/created'
    const made = await call(['webhooks', 'create', url, '--type', 'only.this'], { env })
    expect(made.error).toBe('')
    const webhook = JSON.parse(made.text)
    expect(webhook).toMatchObject({ url, eventTypes: ['only.this'] })
    expect(webhook.secret).toMatch(/^whsec_/)
    const none = await call(['webhooks', 'create'], { env })
    expect([none.code, none.error]).toEqual([2, expect.stringContaining('webhooks takes list')])
  })

  test('what a filter finds is counted, and sent again only when that was meant', async () => {
    status = 500
    const made = await call(['trigger', 'order.paid', '--set', 'total=1'], { env })
    const [{ id }] = JSON.parse(made.lines[0] ?? '').deliveries
    status = 200
    await api.finished(id)
    const argv = ['deliveries', 'resend', '--state', 'exhausted,cancelled', '--type', 'order.paid']
    const dry = await call([...argv, '--dry-run'], { env })
    expect(JSON.parse(dry.text)).toEqual({ action: 'resend', count: 1, more: false })
    const unasked = await call(argv, { env })
    expect([unasked.code, unasked.error]).toEqual([2, expect.stringContaining('say --yes')])
    const sent = await call([...argv, '--yes'], { env })
    const over = JSON.parse(sent.text)
    expect([sent.code, over]).toEqual([
      0,
      expect.objectContaining({ action: 'resend', total: 1, done: 1, skipped: 0 }),
    ])
    expect((await api.finished(id)).state).toBe('delivered')
    const shown = await call(['bulk', 'show', over.id], { env, terminal: true })
    expect(shown.text).toBe('1 deliveries are on their way again.\n')
    // What is over can't be cancelled, and is told.
    const event = String(JSON.parse(made.lines[0] ?? '').eventId)
    const ofEvent = ['deliveries', 'cancel', '--event', event, '--yes']
    const usual = await call(ofEvent, { env })
    expect([usual.code, JSON.parse(usual.text).count]).toEqual([0, 0])
    const late = await call([...ofEvent, '--state', 'delivered'], { env })
    expect([late.code, JSON.parse(late.text)]).toEqual([
      1,
      expect.objectContaining({ action: 'cancel', done: 0, skipped: 1 }),
    ])
    const first = await call([...argv, '--limit', '1', '--dry-run'], { env })
    expect(JSON.parse(first.text).count).toBe(0)
    const none = await call(['deliveries', 'cancel', '--yes'], { env })
    expect([none.code, none.error]).toEqual([2, expect.stringContaining('needs ids, or a filter')])
  })

  test('a webhook is made with what it wants', async () => {
    const argv = ['webhooks', 'create', 'https://hooks.example/x', '--format', 'template']
    const template = join(folder, 'template.json')
    writeFileSync(template, '{"who":"{{payload.customerName}}"}')
    const filter = '{"payload":{"customerPhone":{"exists":true}}}'
    const made = await call([...argv, '--template', template, '--filter', filter], { env })
    expect(JSON.parse(made.text)).toMatchObject({
      format: 'template',
      template: '{"who":"{{payload.customerName}}"}',
      filter: JSON.parse(filter),
    })
    await call(['webhooks', 'delete', JSON.parse(made.text).id, '--yes'], { env })
    const wrong = await call([...argv, '--template', join(folder, 'none')], { env })
    expect([wrong.code, wrong.error]).toEqual([2, expect.stringContaining("can't be read")])
    const noJson = await call([...argv, '--filter', '{'], { env })
    expect([noJson.code, noJson.error]).toEqual([2, expect.stringContaining('--filter is no JSON')])
    const refused = await call(argv, { env })
    expect([refused.code, refused.error]).toEqual([3, expect.stringContaining('template')])
  })

  test('earlier events go to a webhook that is newer than they are, once', async () => {
    const url = `${new URL((await api.get<{ url: string }>(`/api/v1/webhooks/${webhookId}`)).url)}`
    const made = await call(['webhooks', 'create', url, '--type', 'order.paid'], { env })
    const { id } = JSON.parse(made.text)
    const argv = ['webhooks', 'backfill', id, '--since', '7d']
    const dry = await call([...argv, '--dry-run'], { env, terminal: true })
    expect(dry.text).toMatch(/^[1-9]\d* earlier events did not go to wh_/)
    const unknown = await call([...argv, '--event-type', 'no.such', '--dry-run'], { env })
    expect(JSON.parse(unknown.text)).toEqual({ action: 'backfill', count: 0, more: false })
    const { code, text } = await call([...argv, '--yes'], { env })
    expect([code, JSON.parse(text).webhookId]).toEqual([0, id])
    expect(JSON.parse((await call([...argv, '--yes'], { env })).text).count).toBe(0)
    await call(['webhooks', 'delete', id, '--yes'], { env })
  })

  test('webhooks are listed, paused and resumed', async () => {
    const paused = await call(['webhooks', 'pause', webhookId], { env })
    expect(JSON.parse(paused.text)).toMatchObject({ id: webhookId, state: 'paused' })
    const list = await call(['webhooks', 'list', '--state', 'paused'], { env })
    expect(list.lines.map((line) => JSON.parse(line).id)).toEqual([webhookId])
    // It was paused by its owner, not by a restore.
    const held = await call(['webhooks', 'resume', '--held'], { env, terminal: true })
    expect(held).toMatchObject({ code: 0, text: 'No webhook is held.\n' })
    const resumed = await call(['webhooks', 'resume', webhookId], { env, terminal: true })
    expect(resumed.text).toBe(`${webhookId} is active.\n`)
    const none = await call(['webhooks', 'list', '--state', 'paused'], { env })
    expect(none.text).toBe('')
  })

  test('webhooks are listed by their metadata, which is shown with them', async () => {
    const metadata = { env: 'a=b & c', 'made.by': '' }
    await api.patch(`/api/v1/webhooks/${webhookId}`, { metadata })
    const list = (...given: string[]) =>
      call(['webhooks', 'list', ...given.flatMap((each) => ['--metadata', each])], { env })
    const found = await list('env=a=b & c', 'made.by=')
    expect(found.lines.map((line) => JSON.parse(line).metadata)).toEqual([metadata])
    expect((await list('env=a')).text).toBe('')
    expect(await list('env')).toMatchObject({
      code: 2,
      error: expect.stringContaining('NAME=TEXT'),
    })
    expect(await list('a b=c')).toMatchObject({ code: 3, error: expect.stringContaining('name') })
    for (const filter of ['--metadata=env=x', '--state=paused']) {
      for (const action of [
        ['resume', '--held'],
        ['pause', webhookId],
      ]) {
        const { code, error } = await call(['webhooks', ...action, filter], { env })
        expect([code, error]).toEqual([2, expect.stringContaining('narrows webhooks list')])
      }
    }
  })

  test('what the server refuses is exit code 3, with its reason', async () => {
    const unknown = await call(['deliveries', 'show', 'dlv_nobody'], { env })
    expect(unknown.code).toBe(3)
    expect(unknown.error).toContain('The server refused (404)')
    const stranger = await call(['deliveries', 'list'], { env: { ...env, CHATZURI_KEY: 'x' } })
    expect(stranger.code).toBe(3)
    expect(stranger.error).toContain('check CHATZURI_KEY')
  })
})

async function call(
  argv: string[],
  { env = {}, terminal = false }: { env?: Record<string, string>; terminal?: boolean } = {},
) {
  const written = { out: '', err: '' }
  const code = await run(argv, {
    env,
    stdout: {
      isTTY: terminal,
      write: (text) => {
        written.out += text
      },
    },
    stderr: {
      isTTY: terminal,
      write: (text) => {
        written.err += text
      },
    },
  })
  const lines = written.out.trimEnd().split('\n')
  return { code, text: written.out, lines, error: written.err }
}
