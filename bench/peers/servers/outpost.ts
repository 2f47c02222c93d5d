/**
 * Outpost, by its public OpenAPI document (docs/apis/openapi.yaml of hookdeck/outpost). NOT RUN HERE:
 * written from the document, never tried against a server by this bench.
 */
import { randomUUID } from 'node:crypto'
import type { ServerAdapter } from './adapter.ts'
import type { PeerApi } from './peer-api.ts'

interface Page {
  models: unknown[]
  pagination: { next: string | null }
}

const PAGE = 1_000

export const outpost: ServerAdapter = {
  name: 'outpost',
  about: 'Outpost, by its OpenAPI document; NOT RUN HERE',
  needs: { PEER_KEY: 'its API_KEY; lead.submit must be among its TOPICS' },
  headers: ({ PEER_KEY }) => ({ authorization: `Bearer ${PEER_KEY}` }),
  connect: (api) => ({
    // A timeout is the server's setting there, not a destination's.
    async addCustomer({ urls }) {
      const id = `bench_${randomUUID()}`
      await api.call('PUT', `/api/v1/tenants/${id}`, '{}')
      for (const url of urls) {
        const destination = { type: 'webhook', topics: ['lead.submit'], config: { url } }
        await api.call('POST', `/api/v1/tenants/${id}/destinations`, JSON.stringify(destination))
      }
      return id
    },
    async sendEvent(customerId, payload) {
      const event = `{"tenant_id":"${customerId}","topic":"lead.submit","data":${payload}}`
      await api.call('POST', '/api/v1/publish', event)
    },
    async isRecorded(customerId, deliveries) {
      return (await countDelivered(api, customerId, deliveries)) >= deliveries
    },
    async removeCustomer(customerId) {
      await api.call('DELETE', `/api/v1/tenants/${customerId}`)
    },
  }),
}

/** Its log is what it keeps of a delivery: attempts that succeeded, page by page, as far as needed. */
async function countDelivered(api: PeerApi, tenant: string, enough: number): Promise<number> {
  let count = 0
  let next: string | null = null
  do {
    const query: string = `tenant_id=${tenant}&status=success&limit=${PAGE}`
    const cursor: string = next === null ? '' : `&next=${encodeURIComponent(next)}`
    const page = (await api.call('GET', `/api/v1/attempts?${query}${cursor}`)) as Page
    count += page.models.length
    next = page.pagination.next
  } while (next !== null && count < enough)
  return count
}
