import { describe, expect, onTestFinished, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { startCanary } from '../../test/send/canary.ts'
import { answerText, type OnRequest } from '../../test/send/endpoint.ts'
import { hostsThatLead } from '../../test/send/forbidden-hosts.ts'
import type { NameAnswer } from '../../test/send/name-server.ts'
import {
  createSender,
  endpoint,
  expectKind,
  nameServer,
  requestTo,
  type SenderOptions,
} from '../../test/send/sender.ts'
import { startSilentPort } from '../../test/send/silent-port.ts'

const answerOk: OnRequest = (socket) => socket.write(answerText('200 OK'))

async function silentPort(host: string) {
  const silent = await startSilentPort(host)
  onTestFinished(() => silent.close())
  return silent
}

async function named(
  answer: (name: string, type: 'A' | 'AAAA') => NameAnswer,
  options: SenderOptions = {},
) {
  const { address, questions } = await nameServer(answer)
  return { sender: createSender({ nameServers: [address], ...options }), questions }
}

describe('over the real connector', () => {
  test('no forbidden spelling reaches the canary', async () => {
    const { port, reached } = await startCanary()
    const sender = createSender({ allowLoopback: false })
    for (const host of hostsThatLead('here', 'machine', 'itself', 'elsewhere')) {
      for (const scheme of ['http', 'https']) {
        const result = await sender.send(requestTo(`${scheme}://${host}:${port}/`))
        expect(result, host).toMatchObject({ kind: 'blocked', reason: 'private-address' })
        expect(expectKind(result, 'blocked').message).toContain('EGRESS_ALLOW')
      }
    }
    expect(reached()).toBe(0)
  })

  test('what is shut for a server that may deliver to loopback does not reach it either', async () => {
    const { port, reached } = await startCanary()
    const sender = createSender({ allowLoopback: true })
    for (const host of hostsThatLead('itself', 'elsewhere')) {
      const result = await sender.send(requestTo(`http://${host}:${port}/`))
      expect(result, host).toMatchObject({ kind: 'blocked', reason: 'private-address' })
    }
    expect(reached()).toBe(0)
  })

  test.each(hostsThatLead('here'))(
    '%s reaches the canary when loopback is allowed',
    async (host) => {
      const { port, reached } = await startCanary()
      const sender = createSender({ allowLoopback: true })
      expectKind(await sender.send(requestTo(`http://${host}:${port}/`)), 'answered')
      expect(reached()).toBe(1)
    },
  )

  test('other schemes and the ports of other protocols are blocked', async () => {
    const sender = createSender()
    const scheme = await sender.send(requestTo('ftp://127.0.0.1/'))
    expect(scheme).toMatchObject({ kind: 'blocked', reason: 'scheme' })
    const port = await sender.send(requestTo('http://127.0.0.1:25/'))
    expect(port).toMatchObject({ kind: 'blocked', reason: 'port' })
  })
})

describe('a name', () => {
  test.each([['10.0.0.5', 'fd00::5'], ['127.0.0.1'], ['169.254.169.254'], ['fe80::1']])(
    'that leads to %s is blocked; the address is for the log, not for the owner',
    async (...to) => {
      const { sender } = await named(() => to, { allowLoopback: false })
      expect(await sender.send(requestTo('http://hooks.test/'))).toMatchObject({
        kind: 'blocked',
        reason: 'private-address',
        message:
          "hooks.test leads to an address that is not public; EGRESS_ALLOW on the server would allow it, and the server's log names it",
        address: to[0],
      })
    },
  )

  test('with forbidden and allowed addresses is dialled at the allowed ones only', async () => {
    const forbidden = await endpoint(answerOk, { host: '127.0.0.1' })
    const allowed = await endpoint(answerOk, { host: '127.0.0.3', port: forbidden.port })
    const { sender } = await named(() => ['127.0.0.1', '127.0.0.3', '127.0.0.2', '::1'], {
      allowLoopback: false,
      allow: ['127.0.0.3/32'],
    })
    expectKind(await sender.send(requestTo(`http://hooks.test:${allowed.port}/`)), 'answered')
    expect(allowed.connections).toHaveLength(1)
    expect(forbidden.connections).toHaveLength(0)
  })

  test('that changes between two questions is judged by the answer that is dialled', async () => {
    const { port, reached } = await startCanary()
    let asked = 0
    const { sender, questions } = await named(
      (_name, type) => {
        if (type === 'AAAA') return []
        asked += 1
        return asked === 1 ? ['127.0.0.3'] : ['127.0.0.1']
      },
      { allowLoopback: false, allow: ['127.0.0.3/32'] },
    )
    const closing = requestTo(`http://rebind.test:${port}/`, { headers: [['connection', 'close']] })
    expectKind(await sender.send(closing), 'answered')
    expect(questions.filter((question) => question.startsWith('A '))).toHaveLength(1)
    expect(await sender.send(closing)).toMatchObject({ kind: 'blocked' })
    expect(reached()).toBe(1)
  })

  test('keeps its place in the host header, whatever its address', async () => {
    const receiver = await endpoint(answerOk)
    const { sender } = await named(() => ['127.0.0.1'])
    await sender.send(requestTo(`http://BÜCHER.test:${receiver.port}/`))
    expect(receiver.requests[0]).toContain(`\r\nhost: xn--bcher-kva.test:${receiver.port}\r\n`)
  })

  test('that does not resolve is a dns fault', async () => {
    const { sender } = await named(() => 'NXDOMAIN')
    expect(await sender.send(requestTo('http://hooks.test/'))).toMatchObject({
      kind: 'unreachable',
      fault: 'dns',
      message: 'The host name does not resolve (NXDOMAIN)',
    })
  })

  test('that is still being looked up at the deadline is a timeout that says so', async () => {
    const clock = manualClock()
    const { sender } = await named(() => 'silence', { clock })
    const sending = sender.send(requestTo('http://hooks.test/', { timeoutMs: 1_000 }))
    await clock.whenArmed(5_000)
    clock.advance(1_000)
    expect(await sending).toMatchObject({
      fault: 'timeout',
      message: 'No answer within 1 s: the host name was still being looked up',
    })
  })
})

describe('several addresses', () => {
  test('are tried one after the other when one refuses', async () => {
    const receiver = await endpoint(answerOk, { host: '127.0.0.4' })
    const { sender } = await named(() => ['127.0.0.2', '127.0.0.3', '127.0.0.4'])
    expectKind(await sender.send(requestTo(`http://hooks.test:${receiver.port}/`)), 'answered')
  })

  test('are tried beside each other when the first is silent', async () => {
    const silent = await silentPort('127.0.0.2')
    await endpoint(answerOk, { host: '127.0.0.3', port: silent.port })
    const { sender } = await named(() => ['127.0.0.2', '127.0.0.3'])
    const url = `http://hooks.test:${silent.port}/`
    const { durationMs } = expectKind(await sender.send(requestTo(url)), 'answered')
    expect(durationMs).toBeGreaterThanOrEqual(240)
  })

  test('that are all silent end after the connect timeout', async () => {
    const silent = await silentPort('127.0.0.2')
    const clock = manualClock()
    const { sender } = await named(() => ['127.0.0.2'], { clock })
    const sending = sender.send(
      requestTo(`http://hooks.test:${silent.port}/`, { timeoutMs: 30_000 }),
    )
    await clock.whenArmed(10_000)
    clock.advance(10_000)
    expect(await sending).toMatchObject({
      fault: 'connect',
      message: 'No connection within 10 s',
    })
  })

  test('that all refuse are one connect fault', async () => {
    const gone = await endpoint(answerOk)
    await gone.close()
    const { sender } = await named(() => ['127.0.0.2', '127.0.0.3', '::1'])
    expect(await sender.send(requestTo(`http://hooks.test:${gone.port}/`))).toMatchObject({
      fault: 'connect',
      message: 'The connection was refused (ECONNREFUSED)',
    })
  })
})
