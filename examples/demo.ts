/**
 * `npm run demo`: the whole story in one terminal. A server, a receiver written as the webhook guide
 * shows, a chatbot, a webhook, a lead, and its delivery; then the server is left running to play
 * with. Everything happens over HTTP, as the curl commands that it prints would do it. Your own
 * `./data` is not touched.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { DemoProcesses, type DemoReceiver, type DemoServer } from './demo-processes.ts'

interface Delivery {
  id: string
  state: string
  request: { headers: Record<string, string>; body: string }
  explanation: string
}

const LEAD = {
  customerName: 'Zoë “Bee” Müller 🐝',
  customerEmail: 'zoe@example.com',
  customerPhone: '+254700000000',
}
const DELIVERY_MS_MAX = 20_000

const processes = new DemoProcesses((sentence) => void end(1, sentence))
let isEnding = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(
    signal,
    () => void end(0, 'Stopped: the server, the receiver, and their folder are gone.'),
  )
}
try {
  await tellStory()
} catch (error) {
  await end(1, error instanceof Error ? error.message : String(error))
}

async function tellStory(): Promise<void> {
  const server = await startServer()
  const secret = `demo-${randomBytes(12).toString('hex')}`
  const receiver = await startReceiver(secret)

  print('3. A chatbot.')
  const bot = await post<{ id: string }>(server, '/api/v1/chatbots', { name: 'Shop assistant' })
  result(bot.id)

  print('4. A webhook: where its leads go, and the secret that they are signed with.')
  const webhooks = `/api/v1/chatbots/${bot.id}/webhooks`
  const eventTypes = ['lead.submit']
  const webhook = await post<{ id: string }>(server, webhooks, {
    url: receiver.url,
    eventTypes,
    secret,
  })
  result(webhook.id)

  print('5. A visitor leaves a name, an email and a phone number.')
  const leads = `/api/v1/chatbots/${bot.id}/leads`
  const { leadId, eventId } = await post<{ leadId: string; eventId: string }>(server, leads, LEAD)
  result(`202: ${leadId} and its event ${eventId} are on disk`)

  print('6. The server signs the event and sends it. What the receiver printed:')
  const delivery = await untilDelivered(server, eventId)
  print(indented(await receiver.says(/Received: \{.*?\n\}/s), '     receiver │ '))
  showDelivery(server, delivery, secret)
  showEnd(server)
}

async function startServer(): Promise<DemoServer> {
  print('1. The server starts, with a new database in a folder of its own.')
  const server = await processes.startServer()
  command(`PORT=${server.port} DATA_DIR=${server.dataDir} npm start`)
  command(`KEY=$(cat ${server.adminKeyPath})`)
  result(`it listens on ${server.url}; what follows is done with its operator's key`)
  return server
}

async function startReceiver(secret: string): Promise<DemoReceiver> {
  print('2. A receiver starts: the handler of the webhook guide, with Express, in a third process.')
  const receiver = await processes.startReceiver(secret)
  command(`PORT=${receiver.port} CHATZURI_SECRET=${secret} npm run receiver`)
  result(`it listens on ${receiver.url}`)
  return receiver
}

function showDelivery(server: DemoServer, delivery: Delivery, secret: string): void {
  const { headers, body } = delivery.request
  const sent = headers['x-chatzuri-signature'] ?? ''
  const computed = createHmac('sha1', secret).update(body).digest('hex')
  print('   What was sent to it:')
  for (const [name, value] of Object.entries(headers)) print(`     ${name}: ${value}`)
  print(`\n     ${body}\n`)
  if (sent !== computed) throw new Error(`The signature is ${sent}, but should be ${computed}.`)
  print(`   The signature matched: HMAC-SHA1 of this body by the secret is ${computed},`)
  print('   and the receiver, which prints nothing that is signed otherwise, found the same.\n')

  print('7. What the server says of the delivery:')
  command(curl(server, `/api/v1/deliveries/${delivery.id}`))
  result(delivery.explanation)
}

function showEnd({ port }: DemoServer): void {
  print('The server and the receiver go on running.')
  print(`   Every route, to try out   http://localhost:${port}/docs`)
  print('   Another lead              the command of step 5 again')
  print('   Stop                      Ctrl+C, which also removes the folder\n')
}

async function untilDelivered(server: DemoServer, eventId: string): Promise<Delivery> {
  const giveUpAt = Date.now() + DELIVERY_MS_MAX
  for (;;) {
    const event = await request<{ deliveries: { id: string }[] }>(
      server,
      `/api/v1/events/${eventId}`,
    )
    const id = event.deliveries[0]?.id ?? ''
    const delivery = await request<Delivery>(server, `/api/v1/deliveries/${id}`)
    if (delivery.state === 'delivered') return delivery
    if (Date.now() > giveUpAt) throw new Error(`It was not delivered. ${delivery.explanation}`)
    await pause(50)
  }
}

/** Says the command, then does the same. */
function post<Answer>(server: DemoServer, path: string, body: object): Promise<Answer> {
  const text = JSON.stringify(body)
  command(curl(server, path, ` \\\n       -H 'Content-Type: application/json' -d '${text}'`))
  return request(server, path, text)
}

function curl({ url }: DemoServer, path: string, rest = ''): string {
  return `curl -sS ${url}${path} -H "Authorization: Bearer $KEY"${rest}`
}

async function request<Answer>(server: DemoServer, path: string, body?: string): Promise<Answer> {
  const response = await fetch(server.url + path, {
    headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as Answer
}

/** Ends everything once, whoever asks first. */
async function end(exitCode: number, sentence: string): Promise<void> {
  if (isEnding) return
  isEnding = true
  await processes.stop()
  if (exitCode === 0) print(`\n${sentence}`)
  else console.error(`\nThe demo failed. ${sentence}`)
  process.exit(exitCode)
}

function command(text: string): void {
  print(`     ${text}`)
}

function result(text: string): void {
  print(`   → ${text}\n`)
}

function indented(text: string, indent: string): string {
  return `${text.replace(/^/gm, indent)}\n`
}

function print(text: string): void {
  console.log(text)
}
