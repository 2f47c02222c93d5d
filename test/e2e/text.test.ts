/**
 * Whatever is in a name: the guide's own Express handler, in another process, accepts it, and the
 * bytes on the wire are a fixed point of JavaScript's JSON.
 */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExampleProcess } from '../support/example-process.ts'
import type { Endpoint } from '../support/receiver-process.ts'
import { ServerWorld } from '../support/server-world.ts'

const SECRET = 'whsec0000000000000000000000000001'

let world: ServerWorld
let guide: ExampleProcess
let chatbotId: string
let recorder: Endpoint
beforeAll(async () => {
  guide = new ExampleProcess('guide-receiver', { CHATZURI_SECRET: SECRET })
  world = await ServerWorld.open()
  chatbotId = await world.api.createChatbot()
  recorder = await world.receiver.endpoint()
  const eventTypes = ['lead.submit', 'note.taken']
  for (const url of [await guide.url(), recorder.url]) {
    await world.api.createWebhook(chatbotId, { url, eventTypes, secret: SECRET })
  }
})
afterAll(async () => {
  await guide?.stop()
  await world?.close()
})

const NAMES: [what: string, name: string, sent?: string][] = [
  ['an emoji family', '👩‍👩‍👧‍👦 🏳️‍🌈 🇰🇪'],
  ['quotes', `"double" 'single' \`back\` “curly”`],
  ['a script tag', '</script><script>alert(1)</script><!--'],
  ['line and paragraph separators', 'one\u2028two\u2029three'],
  ['Arabic and its direction marks', '\u202Bعبد الرحمن\u202C بن محمد'],
  ['20 KB of text', 'Žluťoučký kůň '.repeat(1_200).trim()],
  ['20 KB of emoji', '🐝'.repeat(5_000)],
  ['backslashes', '\\ \\\\ \\n \\u0041 C:\\temp\\'],
  ['control characters', 'a\tb\nc\r\nd\u0001e\u001ff\u007fg\u0085h'],
  ['a lone high surrogate', 'x\ud83dy', 'x\ufffdy'],
  ['a lone low surrogate', 'x\udc00y', 'x\ufffdy'],
  ['surrogates the wrong way round', '\udc00\ud83d', '\ufffd\ufffd'],
  ['letters in two normal forms', 'é e\u0301 ﬁ Å Å'],
  ['a byte order mark and zero widths inside', 'a\ufeffb\u200bc\u200d'],
  ['noncharacters and private use', '\ufffe\uffff\ue000\u{10ffff}'],
  ['slashes and ampersands', 'a/b<c>d&e=f;g%20h+i'],
  ['white space around it', '\n  Ann \t', 'Ann'],
  ['what looks like JSON', '{"eventType":"x","payload":null}'],
  ['words with a meaning elsewhere', '__proto__ constructor null undefined NaN'],
]

test.each(NAMES)(
  'the guide handler accepts a name with %s, byte for byte',
  async (_, name, sent) => {
    const arrivedBefore = recorder.received.length
    const { eventId, conversationId } = await world.api.postLead(chatbotId, {
      customerName: name,
      customerEmail: 'ann@example.com',
      customerPhone: '0123',
    })
    const accepted = await deliveredToBoth(eventId)

    const payload = { conversationId, customerEmail: 'ann@example.com', customerName: sent ?? name }
    const body = JSON.stringify({
      eventType: 'lead.submit',
      chatbotId,
      payload: { ...payload, customerPhone: '0123' },
    })
    expectBytes(recorder.received[arrivedBefore]?.body, body)
    expect(accepted).toEqual(['OK', '{"received":true}'])
  },
)

test('it accepts numbers, keys and depth of a published event, byte for byte', async () => {
  const arrivedBefore = recorder.received.length
  // Written by hand: another spelling of each number and escape than the one that is sent.
  const given = `{"z":1.0,"a":1e2,"n":-0.0,"f":0.1000,"10":"ten","2":"two","t":1E-7,"max":9007199254740991,
    "text":"\\u00e9\\/\\ud83d\\ude00\\u2028","deep":${'['.repeat(60)}${']'.repeat(60)},"é":{"":[]}}`
  const response = await fetch(`${world.server.url}/api/v1/chatbots/${chatbotId}/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.server.adminKey}`,
      'content-type': 'application/json',
    },
    body: `{"eventType":"note.taken","payload":${given}}`,
  })
  const { eventId } = (await response.json()) as { eventId: string }
  await deliveredToBoth(eventId)

  const payload = JSON.parse(given)
  const body = JSON.stringify({ eventType: 'note.taken', chatbotId, payload })
  expectBytes(recorder.received[arrivedBefore]?.body, body)
})

function expectBytes(bytes: Buffer | undefined, body: string) {
  expect(bytes?.toString()).toBe(body)
  expect(bytes).toEqual(Buffer.from(body))
  expect(JSON.stringify(JSON.parse(body))).toBe(body)
  const signature = createHmac('sha1', SECRET).update(body).digest('hex')
  expect(recorder.received.at(-1)?.headers['x-chatzuri-signature']).toBe(signature)
}

/** What the two endpoints answered, the guide's first: in the order of the alphabet. */
async function deliveredToBoth(eventId: string): Promise<string[]> {
  const deliveries = await world.api.deliveriesOf(eventId)
  expect(deliveries).toHaveLength(2)
  const answers: string[] = []
  for (const { id } of deliveries) {
    const delivery = await world.api.finished(id)
    expect(delivery.attempts).toHaveLength(1)
    answers.push(delivery.attempts[0]?.responseBody ?? '')
  }
  return answers.sort()
}
