/**
 * Convoy, by its public API reference (https://getconvoy.io/docs/api-reference). NOT RUN HERE: written
 * from the documents, never tried against a server by this bench.
 */
import { randomUUID } from 'node:crypto'
import type { ServerAdapter } from './adapter.ts'

interface Made {
  data: { uid: string }
}

interface Page {
  data: { content: unknown[] }
}

/** As a delivery that is not finished may stand. */
const UNFINISHED = ['Scheduled', 'Processing', 'Retry']

export const convoy: ServerAdapter = {
  name: 'convoy',
  about: 'Convoy, by its API reference; NOT RUN HERE',
  needs: {
    PEER_KEY: "the API key of a project of the kind 'outgoing'",
    PEER_PROJECT: "that project's id",
  },
  headers: ({ PEER_KEY }) => ({ authorization: `Bearer ${PEER_KEY}` }),
  connect(api, { PEER_PROJECT }) {
    const project = `/api/v1/projects/${PEER_PROJECT}`
    const endpoints = new Map<string, string[]>()
    return {
      async addCustomer({ urls, timeoutSeconds }) {
        const owner = `bench_${randomUUID()}`
        const ids: string[] = []
        for (const url of urls) {
          const name = `bench-${randomUUID()}`
          const endpoint = { name, url, owner_id: owner, http_timeout: timeoutSeconds }
          const made = await api.call('POST', `${project}/endpoints`, JSON.stringify(endpoint))
          const { uid } = (made as Made).data
          const filter = { filter_config: { event_types: ['lead.submit'] } }
          const subscription = { name, endpoint_id: uid, ...filter }
          await api.call('POST', `${project}/subscriptions`, JSON.stringify(subscription))
          ids.push(uid)
        }
        endpoints.set(owner, ids)
        return owner
      },
      async sendEvent(customerId, payload) {
        const event = `{"owner_id":"${customerId}","event_type":"lead.submit","data":${payload}}`
        await api.call('POST', `${project}/events/fanout`, event)
      },
      async isRecorded(customerId) {
        for (const id of endpoints.get(customerId) ?? []) {
          for (const status of UNFINISHED) {
            const query = `endpointId=${id}&status=${status}&perPage=1`
            const page = await api.call('GET', `${project}/eventdeliveries?${query}`)
            if ((page as Page).data.content.length > 0) return false
          }
        }
        return true
      },
      async removeCustomer(customerId) {
        for (const id of endpoints.get(customerId) ?? []) {
          await api.call('DELETE', `${project}/endpoints/${id}`)
        }
      },
    }
  },
}
