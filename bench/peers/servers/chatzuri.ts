/**
 * Our own API, by the same contract as everybody's: with it the contract is tested, and a server of
 * another machine or with other settings can be measured beside one that the bench has started.
 */
import type { ServerAdapter } from './adapter.ts'

interface Made {
  id: string
}

export const chatzuri: ServerAdapter = {
  name: 'chatzuri',
  about: 'this program, another one of it; tested',
  needs: { PEER_KEY: 'its ADMIN_KEY' },
  headers: ({ PEER_KEY }) => ({ authorization: `Bearer ${PEER_KEY}` }),
  connect: (api) => ({
    async addCustomer({ urls, timeoutSeconds }) {
      const { id } = (await api.call('POST', '/api/v1/chatbots', '{"name":"Bench"}')) as Made
      for (const url of urls) {
        const webhook = { url, eventTypes: ['lead.submit'], timeoutSeconds }
        await api.call('POST', `/api/v1/chatbots/${id}/webhooks`, JSON.stringify(webhook))
      }
      return id
    },
    async sendEvent(customerId, payload) {
      await api.call('POST', `/api/v1/chatbots/${customerId}/leads`, payload)
    },
    async isRecorded(customerId) {
      const query = `chatbotId=${customerId}&state=pending&limit=1`
      const { data } = (await api.call('GET', `/api/v1/deliveries?${query}`)) as { data: unknown[] }
      return data.length === 0
    },
    async removeCustomer(customerId) {
      const path = `/api/v1/chatbots/${customerId}/webhooks`
      const { data } = (await api.call('GET', path)) as { data: Made[] }
      for (const { id } of data) await api.call('DELETE', `/api/v1/webhooks/${id}`)
    },
  }),
}
