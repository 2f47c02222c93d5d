/** One delivery, sent to the developer's own server as ours would be sent: once, no redirect followed. */
import { type Answer, post } from '../check/post.ts'
import { isLoopback } from '../localhost.ts'
import { printable } from '../output.ts'

export interface Handed {
  deliveryId: string
  eventId: string
  eventType: string
  attemptNumber: number
  headers: Record<string, string>
  body: string
  timeoutSeconds: number
}

export interface Forwarded {
  durationMs: number
  /** As the API takes it. */
  result:
    | { kind: 'answered'; status: number; headers: Record<string, string>; body: string }
    | { kind: 'unreachable'; fault: Fault; message: string }
}

type Fault = 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'protocol'

const BODY_LENGTH_MAX = 2_048

export async function forward(handed: Handed, url: URL): Promise<Forwarded> {
  const answer = await post({
    url,
    method: 'POST',
    headers: handed.headers,
    body: Buffer.from(handed.body),
    timeoutMs: handed.timeoutSeconds * 1_000,
    // A certificate of one's own is how https is done there, and nobody is in between.
    verifyTls: !isLoopback(url.hostname),
  })
  return { durationMs: answer.durationMs, result: resultOf(answer, url) }
}

function resultOf(answer: Answer, url: URL): Forwarded['result'] {
  if (answer.kind === 'answered') {
    const { kind, status, headers, body } = answer
    return { kind, status, headers, body: body.slice(0, BODY_LENGTH_MAX) }
  }
  const fault = faultOf(answer.code)
  return { kind: 'unreachable', fault, message: messageOf(fault, answer, url) }
}

function faultOf(code: string): Fault {
  if (code === 'TIMEOUT') return 'timeout'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dns'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset'
  if (code.startsWith('HPE_')) return 'protocol'
  return /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code) ? 'tls' : 'connect'
}

function messageOf(
  fault: Fault,
  { code, message }: { code: string; message: string },
  { host }: URL,
): string {
  if (code === 'ECONNREFUSED') return `connection refused at ${host}`
  if (fault === 'reset') return 'the connection was closed before an answer'
  return printable(message || code).slice(0, 500)
}
