/** What a page may expect on the shared server: a chatbot, its webhook, a lead that was delivered. */
import { GENERATED_SECRET } from '../../packages/receiver/test/sign-request.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'
import type { Surroundings } from './page-shell.ts'

const LEAD = {
  customerName: 'Ann',
  customerEmail: 'ann@example.com',
  customerPhone: '+254700000000',
}

export interface Furnished extends Surroundings {
  /** The body of a real delivery. */
  leadBody: string
}

export async function furnish(server: ServerProcess, endpointPort: number): Promise<Furnished> {
  const call = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${server.url}/api/v1/${path}`, {
      headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const bot = String((await call('chatbots', { name: 'Shop assistant' })).id)
  const webhook = await call(`chatbots/${bot}/webhooks`, {
    url: `http://127.0.0.1:${endpointPort}/hook`,
    eventTypes: ['lead.submit'],
    secret: GENERATED_SECRET,
  })
  const { eventId, leadId } = await call(`chatbots/${bot}/leads`, LEAD)
  const delivery = await until(
    async () => {
      const { deliveries } = await call(`events/${eventId}`)
      const [first] = deliveries as { id: string; state: string }[]
      return first?.state === 'delivered' ? first.id : null
    },
    { what: 'the first lead to be delivered' },
  )
  const { request } = await call(`deliveries/${delivery}`)
  return {
    dataDir: server.dataDir,
    ports: { 3000: String(endpointPort), 8080: new URL(server.url).port },
    ids: {
      bot,
      wh: String(webhook.id),
      dlv: delivery,
      evt: String(eventId),
      lead: String(leadId),
      whsec: GENERATED_SECRET,
    },
    leadBody: (request as { body: string }).body,
  }
}
