/**
 * A receiver as the webhook guide shows it, with Express and nothing of ours.
 *
 *     WEBHOOK_SECRET=… node examples/guide-receiver.ts
 *
 * The handler is the guide's. Two slips of the pen are corrected: it signs with `secretKey` and
 * compares `requestBodySignature`, and declares neither. Here they are `WEBHOOK_SECRET`, the secret
 * that the webhook shows, and `bodySignature`, which the line before has just computed.
 */
import crypto from 'node:crypto'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'

async function webhookHandler(req: Request, res: Response) {
  if (req.method === 'POST') {
    const { WEBHOOK_SECRET } = process.env
    if (typeof WEBHOOK_SECRET !== 'string') {
      throw new Error('No secret key found')
    }
    const receivedJson = req.body
    // Not the bytes as they came, but what JSON.stringify makes of them: it is the same text,
    // because every delivery's body is one that JavaScript's JSON reads and writes unchanged.
    const rawBody = Buffer.from(JSON.stringify(receivedJson))
    const bodySignature = sha1(rawBody, WEBHOOK_SECRET)
    if (bodySignature !== req.headers['x-chatzuri-signature']) {
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

if (!process.env.WEBHOOK_SECRET) {
  console.error("Set WEBHOOK_SECRET to the webhook's secret, then start this again.")
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
