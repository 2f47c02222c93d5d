/** A sender and everything around it, fresh for each test and gone after it. */
import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../../src/clock.ts'
import type { SendResult, SignedRequest } from '../../src/outcome.ts'
import { systemRandom } from '../../src/random.ts'
import { createGuard } from '../../src/send/guard.ts'
import { createSend, type Sender, type SendOptions } from '../../src/send/send.ts'
import { type Endpoint, type EndpointOptions, type OnRequest, startEndpoint } from './endpoint.ts'
import { type NameAnswer, type NameServer, startNameServer } from './name-server.ts'

export interface SenderOptions extends Partial<SendOptions> {
  clock?: Clock
  allow?: string[]
  allowLoopback?: boolean
}

export function createSender(options: SenderOptions = {}): Sender {
  const { allow = [], allowLoopback = true, ...rest } = options
  const sender = createSend({
    clock: systemClock,
    random: systemRandom,
    guard: createGuard({ allow, allowLoopback }),
    hostsPath: '/nonexistent/hosts',
    // Endpoints of tests are known to be quiet, so that connections are used again at once.
    quietMs: 0,
    ...rest,
  })
  onTestFinished(() => sender.destroy())
  return sender
}

export async function endpoint(onRequest: OnRequest, options?: EndpointOptions): Promise<Endpoint> {
  const started = await startEndpoint(onRequest, options)
  onTestFinished(() => started.close())
  return started
}

export async function nameServer(
  answer: (name: string, type: 'A' | 'AAAA') => NameAnswer,
): Promise<NameServer> {
  const started = await startNameServer(answer)
  onTestFinished(() => started.close())
  return started
}

export function requestTo(url: string, change: Partial<SignedRequest> = {}): SignedRequest {
  return {
    url,
    headers: [['content-type', 'application/json']],
    body: Buffer.from('{"eventType":"lead.submit"}'),
    timeoutMs: 10_000,
    ...change,
  }
}

type Kind = SendResult['kind']
type ResultOf<K extends Kind> = Extract<SendResult, { kind: K }>

export function expectKind<K extends Kind>(result: SendResult, kind: K): ResultOf<K> {
  if (result.kind !== kind) throw new Error(`Not ${kind}: ${JSON.stringify(result)}`)
  return result as ResultOf<K>
}
