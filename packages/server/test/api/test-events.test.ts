/** Test events of one chatbot do not use up the places of all. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { TESTS_AT_A_TIME, TESTS_PER_CHATBOT_AT_A_TIME } from '../../src/schedule/test-sender.ts'
import { startWholeServer } from './whole-server.ts'

test('a chatbot whose endpoints hang has so many test events at once; others have theirs', async () => {
  const { server, hanging } = await setup()
  const { call, addChatbot, addWebhook } = server
  const [ann, ben] = [await addChatbot(), await addChatbot()]
  const slow = await addWebhook(ann, { url: hanging.url })
  const another = await addWebhook(ann)
  const quick = await addWebhook(ben)
  const send = (id: string) => call('POST', `/api/v1/webhooks/${id}/test`, { body: {} })

  const flood = Array.from({ length: 3 * TESTS_AT_A_TIME }, () => send(slow))
  await hanging.has(TESTS_PER_CHATBOT_AT_A_TIME)
  const refused = await send(another)
  expect([refused.status, refused.json.code]).toEqual([429, 'rate_limited'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await send(quick)).status).toBe(200)

  // Only then: what is asked after the release is answered at once, and leaves its place to the next.
  await answered(flood, flood.length - TESTS_PER_CHATBOT_AT_A_TIME)
  hanging.release()
  const statuses = (await Promise.all(flood)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(TESTS_PER_CHATBOT_AT_A_TIME)
  expect(statuses.filter((status) => status === 429)).toHaveLength(
    flood.length - TESTS_PER_CHATBOT_AT_A_TIME,
  )
  expect((await send(another)).status).toBe(200)
})

/** Resolves once so many of the calls were answered. */
function answered(calls: readonly Promise<unknown>[], count: number): Promise<void> {
  let left = count
  return new Promise((resolve, reject) => {
    const onAnswer = () => {
      left -= 1
      if (left === 0) resolve()
    }
    for (const call of calls) call.then(onAnswer, reject)
  })
}

async function setup() {
  const open: ServerResponse[] = []
  const came = new EventTarget()
  const endpoint = createServer((request, response) => {
    request.resume()
    open.push(response)
    came.dispatchEvent(new Event('request'))
  })
  endpoint.listen(0, '127.0.0.1')
  await once(endpoint, 'listening')
  onTestFinished(() => {
    endpoint.closeAllConnections()
    endpoint.close()
  })
  const { port } = endpoint.address() as AddressInfo
  return {
    server: await startWholeServer(),
    hanging: {
      url: `http://127.0.0.1:${port}/hook`,
      async has(count: number) {
        while (open.length < count) await once(came, 'request')
      },
      release() {
        for (const response of open) response.end('{}')
      },
    },
  }
}
