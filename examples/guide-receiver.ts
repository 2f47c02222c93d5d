/**
 * A receiver as the webhook guide shows it, with Express and nothing of ours.
 *
 *     CHATZURI_SECRET=… node examples/guide-receiver.ts
 *
 * The handler is the guide's. Two slips of the pen are corrected: it signs with `secretKey` and
 * compares `requestBodySignature`, and declares neither. Here they are the secret that the webhook
 * shows (two of them, with a space between, while one replaces the other: this header is then made
 * with the old one), and `bodySignatures`, which the line before has just computed. The header that
 * it checks signs no time: the other receivers here check `webhook-signature`.
 */
import crypto from 'node:crypto'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'

// The second name is the one that it had before.
const secrets = process.env.CHATZURI_SECRET ?? process.env.WEBHOOK_SECRET

async function webhookHandler(req: Request, res: Response) {
  if (req.method === 'POST') {
    if (typeof secrets !== 'string') {
      throw new Error('No secret key found')
    }
    const receivedJson = req.body
    // Not the bytes as they came, but what JSON.stringify makes of them: it is the same text,
    // because every delivery's body is one that JavaScript's JSON reads and writes unchanged.
    const rawBody = Buffer.from(JSON.stringify(receivedJson))
    const bodySignatures = secrets.split(' ').map((secret) => sha1(rawBody, secret))
    if (!bodySignatures.includes(String(req.headers['x-chatzuri-signature']))) {
      return res.status(400).json({ message: "Signature didn't match" })
    }
    console.log('Received:', receivedJson)
    res.status(200).end('OK')
  } else {
    res.setHeader('Allow', 'POST')
    res.status(405).end('Method Not Allowed')
  }
}

function sha1(data: Buffer, secret: string): string {
  return crypto.createHmac('sha1', secret).update(data).digest('hex')
}

// A blank beside a secret would be a second one: the empty key, which anybody has.
if (!secrets || secrets.split(' ').some((secret) => secret.length < 16)) {
  console.error("Set CHATZURI_SECRET to the webhook's secret, then start this again.")
  process.exit(1)
}
const app = express()
app.use(express.json())
app.all('/webhook', webhookHandler)
const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error
  const { port } = server.address() as AddressInfo
  console.log(`Receiver listens on http://localhost:${port}/webhook`)
})
