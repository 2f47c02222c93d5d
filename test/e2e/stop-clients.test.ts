/** Clients as they are do not keep the server from stopping: it says when it ends, not they. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { readLines, watchChild } from '../support/child-processes.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { ReceiverProcess } from '../support/receiver-process.ts'
import type { Step } from '../support/receiver-protocol.ts'
import { makeDataDir, removeDataDirs, ServerProcess } from '../support/server-process.ts'
import { ANN, ServerWorld } from '../support/server-world.ts'
import { until, within } from '../support/until.ts'

const HANG: Step = { kind: 'hang' }
const IN_ORDER = { code: 0, signal: null }

let world: ServerWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

test('who says nothing, or not all of it, or never reads, is cut at the stop', async () => {
  const { server, key, url } = await open()
  const head = `POST /api/v1/chatbots HTTP/1.1\r\nHost: a\r\n${key}Content-Type: application/json\r\n`
  const connections = await Promise.all(
    [
      '',
      'GET /heal',
      'GET /healthz HTTP/1.1\r\nHost: a\r\n',
      `${head}Content-Length: 99\r\n\r\n`,
      `${head}Content-Length: 99\r\n\r\n{"name":`,
      `${head}Transfer-Encoding: chunked\r\n\r\n8\r\n{"name":\r\n`,
      'POST /widget/v1/chatbots/x/leads HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n',
    ].map((bytes) => RawConnection.open(url, bytes)),
  )
  const idle = await RawConnection.open(url, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
  await idle.says('"ok"')
  const half = await RawConnection.open(
    url,
    `GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n${head}Content-Length: 99\r\n\r\n{`,
  )
  await half.says('"ok"')
  const streams = await Promise.all(
    [1, 2].map(() =>
      RawConnection.open(url, `GET /api/v1/stream HTTP/1.1\r\nHost: a\r\n${key}\r\n`),
    ),
  )
  for (const stream of streams) await stream.says('event-stream')
  streams[0]?.socket.pause()
  const slow = await RawConnection.open(url, head)
  const drip = setInterval(() => slow.socket.write('X'), 50)

  server.signal('SIGTERM')
  expect(await within(1_000, server.ended, 'stopping')).toEqual(IN_ORDER)
  clearInterval(drip)
  await Promise.all([...connections, idle, half, slow].map(({ closed }) => closed))
  expect(connections.map(({ statuses }) => statuses)).toEqual(connections.map(() => []))
})

test('what was received whole is answered, each request of a connection; the last one closes it', async () => {
  const { server, key, url, world } = await open()
  const { endpoint, webhook } = await world.subscribe({ steps: [HANG] })
  const test = `POST /api/v1/webhooks/${webhook.id}/test HTTP/1.1\r\nHost: a\r\n${key}\r\n`
  const health = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
  const single = await RawConnection.open(url, test)
  await endpoint.arrived(1)
  const pipelined = await RawConnection.open(url, `${test}${health}${health}GET /unfinished`)
  await endpoint.arrived(2)

  server.signal('SIGTERM')
  await saysStopping(server)
  await endpoint.release()
  expect(await within(2_000, server.ended, 'stopping')).toEqual(IN_ORDER)
  await Promise.all([single.closed, pipelined.closed])
  expect([single.statuses, pipelined.statuses]).toEqual([[200], [200, 200, 200]])
  expect(single.text.match(/connection: close/gi)).toHaveLength(1)
})

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGTERM'],
] as const)(
  'after %s, a second signal (%s) ends everything within a second',
  async (...signals) => {
    const { server, key, url, world } = await open()
    const { endpoint, webhook, lead } = await world.subscribe({ steps: [HANG] })
    await lead()
    const waiting = await RawConnection.open(
      url,
      `POST /api/v1/webhooks/${webhook.id}/test HTTP/1.1\r\nHost: a\r\n${key}\r\n`,
    )
    await endpoint.arrived(2)
    const unread = await RawConnection.open(url)
    unread.socket.pause()
    unread.socket.write(`GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(30))

    for (const signal of signals) {
      server.signal(signal)
      await saysStopping(server)
    }
    expect(await within(1_000, server.ended, 'being cut')).toEqual(IN_ORDER)
    await waiting.closed
    expect(waiting.statuses).toEqual([])
  },
)

test('a server that still waits for its database stops at the first signal', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const server = ServerProcess.launch({
    settings: {
      DATABASE_URL: `postgres://u@127.0.0.1:${port}/d`,
      ADMIN_KEY: 'k'.repeat(32),
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    },
  })
  await once(silent, 'connection')
  server.signal('SIGTERM')
  expect(await within(1_500, server.ended, 'stopping')).toEqual(IN_ORDER)
  expect([server.err, server.out.filter((line) => line.includes('listening on'))]).toEqual([[], []])
  silent.close()
})

test('Ctrl+C on a terminal reaches npm and the server, and npm hands it on: it is one signal', async () => {
  const receiver = await ReceiverProcess.start()
  const adminKey = 'key-of-the-operator-in-tests'
  const npm = spawn('npm', ['start'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, PORT: '0', DATA_DIR: makeDataDir(), ADMIN_KEY: adminKey },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const ended = watchChild(npm)
  onTestFinished(async () => {
    if (npm.exitCode === null) process.kill(-(npm.pid ?? 0), 'SIGKILL')
    await Promise.all([ended, receiver.stop()])
    removeDataDirs()
  })
  const out: string[] = []
  readLines(npm.stdout, (line) => out.push(line))
  const said = (word: string) =>
    until(() => out.find((line) => line.includes(word)) ?? null, { what: word })
  const [, url = ''] = /listening on ([^"]+)"/.exec(await said('"listening on ')) ?? []
  const api = new ApiClient({ url, adminKey })
  const chatbotId = await api.createChatbot()
  const endpoint = await receiver.endpoint(HANG)
  await api.createWebhook(chatbotId, { url: endpoint.url, eventTypes: ['lead.submit'] })
  await api.postLead(chatbotId, ANN)
  await endpoint.arrived(1)

  // As a terminal does: to everybody in the foreground.
  process.kill(-(npm.pid ?? 0), 'SIGINT')
  await said('server.stopping')
  await endpoint.release()
  await within(10_000, ended, 'stopping')
  expect(out.filter((line) => line.includes('server.cut'))).toEqual([])
  expect(out.at(-1)).toContain('server.stopped')
})

async function open() {
  world = await ServerWorld.open()
  const { server } = world
  return { world, server, url: server.url, key: `Authorization: Bearer ${server.adminKey}\r\n` }
}

function saysStopping({ out }: ServerProcess) {
  const look = () => out.find((line) => line.includes('server.stopping')) ?? null
  return until(look, { what: 'the server to say that it stops' })
}
