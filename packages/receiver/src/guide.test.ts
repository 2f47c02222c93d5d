/** The guide's own receiver, its two undeclared names put right, accepts what is signed by our rules. */
import crypto from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { guideHeaders, SECRET } from '../test/sign-request.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

test('it accepts every lead, whatever is in the name', async () => {
  const send = await setup()
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (customerName) => {
      const body = JSON.stringify({
        eventType: 'leads.submit',
        chatbotId: 'bot_1',
        payload: { conversationId: 'c', customerEmail: '', customerName, customerPhone: '0123' },
      })
      const answer = await send(body, guideHeaders(body))
      expect([answer.status, await answer.text()]).toEqual([200, 'OK'])
    }),
    { numRuns: 60 },
  )
})

test('it accepts every payload whose text is a fixed point of JSON', async () => {
  const send = await setup()
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ stringUnit: 'grapheme' }), async (value) => {
      // Once through JSON: what the server sends is always such a text (keys in JavaScript's order).
      const text = JSON.stringify({ eventType: 'a.b', chatbotId: 'b', payload: { value } })
      const body = JSON.stringify(JSON.parse(text))
      expect((await send(body, guideHeaders(body))).status).toBe(200)
    }),
    { numRuns: 60 },
  )
})

test('it refuses another body, and other methods', async () => {
  const send = await setup()
  expect((await send('{"a":1}', guideHeaders('{"a":2}'))).status).toBe(400)
  const got = await send(null, {})
  expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST'])
})

async function setup() {
  const app = express()
  app.use(express.json())
  app.all('/hook', webhookHandler)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close().closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return (body: string | null, headers: Record<string, string>) =>
    body === null
      ? fetch(url)
      : fetch(url, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', ...headers },
        })
}

async function webhookHandler(req: Request, res: Response) {
  if (req.method === 'POST') {
    const receivedJson = req.body
    const rawBody = Buffer.from(JSON.stringify(receivedJson))
    const bodySignature = sha1(rawBody, SECRET)
    if (bodySignature !== req.headers['x-chatzuri-signature']) {
      return res.status(400).json({ message: "Signature didn't match" })
    }
    res.status(200).end('OK')
  } else {
    res.setHeader('Allow', 'POST')
    res.status(405).end('Method Not Allowed')
  }
}

function sha1(data: Buffer, secret: string): string {
  return crypto.createHmac('sha1', secret).update(data).digest('hex')
}
