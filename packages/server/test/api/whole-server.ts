/** The real program, whole, in this process: its API, its engine, its store on disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { startServer } from '../../src/main.ts'
import { systemRandom } from '../../src/random.ts'
import { readConfig } from '../../src/settings/config.ts'
import { loadKeys } from '../../src/settings/keys.ts'
import { ADMIN_KEY, type Call, createCall } from './client.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'

export interface WholeServer {
  url: string
  call: Call
  endpoint: Endpoint
  /** A chatbot; its id. */
  addChatbot(): Promise<string>
  /** A webhook of it to the endpoint; its id. */
  addWebhook(chatbotId: string, extra?: Record<string, unknown>): Promise<string>
}

export async function startWholeServer(
  environment: Record<string, string> = {},
): Promise<WholeServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatzuri-api-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const endpoint = await startEndpoint()
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, ADMIN_KEY, ...environment })
  const keys = loadKeys(config, {
    random: systemRandom,
    presentKeyOf: () => null,
    alone: (_, work) => work(),
  })
  const server = await startServer({ config, keys, log: silentLog, onFatal: fail })
  onTestFinished(() => server.stop())
  const call = createCall(server.url)
  return {
    url: server.url,
    call,
    endpoint,
    async addChatbot() {
      const { json } = await call<{ id: string }>('POST', '/api/v1/chatbots', {
        body: { name: 'Shop' },
      })
      return json.id
    },
    async addWebhook(chatbotId, extra = {}) {
      const body = { url: endpoint.url, eventTypes: ['lead.submit'], ...extra }
      const path = `/api/v1/chatbots/${chatbotId}/webhooks`
      const { json } = await call<{ id: string }>('POST', path, { body })
      return json.id
    },
  }
}

function fail(sentence: string): never {
  throw new Error(sentence)
}
