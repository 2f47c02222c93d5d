/** `chatzuri listen` where two nodes share a database: leads come in at one, the listener asks the other. */
import { randomBytes } from 'node:crypto'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { Alternator } from '../support/alternator.ts'
import { ApiClient } from '../support/api-client.ts'
import { ListenProcess } from '../support/listen-process.ts'
import { LocalApp } from '../support/local-app.ts'
import { usePostgres } from '../support/postgres.ts'
import { removeDataDirs, ServerProcess } from '../support/server-process.ts'
import { ANN } from '../support/server-world.ts'

const postgres = usePostgres()
const started: { kill(): Promise<unknown> }[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.kill()))
  removeDataDirs()
})

async function setup() {
  const settings = {
    DATABASE_URL: await postgres.createDatabase(),
    ADMIN_KEY: randomBytes(24).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LEASE: '5s',
    RETRY_SCHEDULE: '0s,1s,1s,1s,1s,1s,1s,1s',
  }
  const first = await ServerProcess.start({ settings })
  const second = await ServerProcess.start({ settings })
  started.push(first, second)
  const app = await LocalApp.start()
  onTestFinished(() => app.down())
  const api = new ApiClient(first)
  const chatbotId = await api.createChatbot()
  const lead = async () => (await api.postLead(chatbotId, ANN)).eventId
  const listen = (server: { url: string; adminKey: string }) => {
    const listener = new ListenProcess(server, ['--forward-to', app.url, '--keep'])
    started.push(listener)
    return listener
  }
  return { first, second, app, api, lead, listen }
}

test('what comes in at one node goes to who listens at the other, and by any of them', async () => {
  const { first, second, app, api, lead, listen } = await setup()
  const at = listen(second)
  const { webhookId } = await at.listening()
  const ids = [await lead(), await lead(), await lead()]
  await app.untilHeard(3)
  expect(app.ids().sort()).toEqual(ids.sort())
  for (const eventId of ids) {
    const { attempts } = await api.deliveryIn('delivered', eventId)
    // Nobody but the listener tried it.
    expect(attempts).toHaveLength(1)
  }
  await at.interrupt()

  const balancer = await Alternator.start([first.url, second.url])
  onTestFinished(() => balancer.stop())
  const through = new ListenProcess({ url: balancer.url, adminKey: first.adminKey }, [
    '--forward-to',
    app.url,
    '--webhook',
    webhookId,
  ])
  started.push(through)
  await through.listening()
  for (let count = 0; count < 4; count++) await api.deliveryIn('delivered', await lead())
  expect(balancer.counts.get(first.url)).toBeGreaterThan(1)
  expect(balancer.counts.get(second.url)).toBeGreaterThan(1)
  expect(app.heard).toHaveLength(7)

  // The node that took the leads dies: the listener goes on with the other.
  const waiting = await lead()
  await first.kill()
  const left = new ApiClient({ url: second.url, adminKey: second.adminKey })
  await left.deliveryIn('delivered', waiting, { withinMs: 60_000 })
})
