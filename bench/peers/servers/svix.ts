/**
 * Svix, by its public API reference (https://api.svix.com/docs). NOT RUN HERE: written from the
 * documents, never tried against a server by this bench.
 */
import type { ServerAdapter } from './adapter.ts'

interface Made {
  id: string
}

/** Of one endpoint, by how its messages stand. */
interface EndpointStats {
  success: number
}

export const svix: ServerAdapter = {
  name: 'svix',
  about: 'Svix, by its API reference; NOT RUN HERE',
  needs: { PEER_KEY: 'a token of its API (svix-server jwt generate)' },
  headers: ({ PEER_KEY }) => ({ authorization: `Bearer ${PEER_KEY}` }),
  connect(api) {
    const endpoints = new Map<string, string[]>()
    return {
      // A timeout is the server's setting there, not an endpoint's.
      async addCustomer({ urls }) {
        const { id } = (await api.call('POST', '/api/v1/app', '{"name":"Bench"}')) as Made
        const ids: string[] = []
        for (const url of urls) {
          const path = `/api/v1/app/${id}/endpoint`
          const made = (await api.call('POST', path, JSON.stringify({ url }))) as Made
          ids.push(made.id)
        }
        endpoints.set(id, ids)
        return id
      },
      async sendEvent(customerId, payload) {
        const message = `{"eventType":"lead.submit","payload":${payload}}`
        await api.call('POST', `/api/v1/app/${customerId}/msg`, message)
      },
      async isRecorded(customerId, deliveries) {
        let delivered = 0
        for (const id of endpoints.get(customerId) ?? []) {
          const path = `/api/v1/app/${customerId}/endpoint/${id}/stats`
          delivered += ((await api.call('GET', path)) as EndpointStats).success
        }
        return delivered >= deliveries
      },
      async removeCustomer(customerId) {
        await api.call('DELETE', `/api/v1/app/${customerId}`)
      },
    }
  },
}
