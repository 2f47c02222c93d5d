/** The server's HTTP API, as the commands ask it. A refusal is one sentence that says what to do. */
import { CommandError, EXIT, usageError } from './command-error.ts'
import { ask } from './localhost.ts'
import { serverUrl, typedUrl } from './typed-url.ts'

const TIMEOUT_MS = 60_000

export interface Api {
  /** Its address, without a slash at the end. */
  server: string
  get(path: string): Promise<Record<string, unknown>>
  post(path: string, body?: unknown, signal?: AbortSignal): Promise<Record<string, unknown>>
  /** Answered with nothing. */
  remove(path: string): Promise<void>
}

/** The server answered, and said no. */
export class Refusal extends CommandError {
  readonly status: number
  /** The API's word for it; empty where something else answered. */
  readonly code: string

  constructor(message: string, { status, code }: { status: number; code: string }) {
    super(EXIT.refused, message)
    this.status = status
    this.code = code
  }
}

export function openApi(env: NodeJS.ProcessEnv): Api {
  const CHATZURI_KEY = typedUrl(env.CHATZURI_KEY ?? '', 'CHATZURI_KEY')
  if (!CHATZURI_KEY) {
    throw usageError(
      'Set CHATZURI_KEY to a key of the server (dashboard, "API keys"; the first is in data/admin-key), and CHATZURI_URL to its address.',
    )
  }
  const { href } = serverUrl(env.CHATZURI_URL || 'http://localhost:8080', 'CHATZURI_URL', {
    near: true,
  })
  const base = href.replace(/\/+$/, '')
  const call = (method: string, path: string, more: Pick<Asked, 'body' | 'signal'> = {}) =>
    send({ ...more, method, url: base + path, key: CHATZURI_KEY })
  return {
    server: base,
    get: (path) => call('GET', path),
    post: (path, body, signal) => call('POST', path, { body, signal }),
    remove: async (path) => {
      await call('DELETE', path)
    },
  }
}

interface Asked {
  method: string
  url: string
  key: string
  body?: unknown
  signal?: AbortSignal | undefined
}

async function send({ method, url, key, body, signal }: Asked): Promise<Record<string, unknown>> {
  const { origin } = new URL(url)
  const patience = AbortSignal.timeout(TIMEOUT_MS)
  let asked: { status: number; text: string }
  try {
    asked = await ask(url, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch (cause) {
    throw new CommandError(
      EXIT.unreachable,
      `No server answers at ${origin} (${reasonOf(cause)}): is it running, and is CHATZURI_URL right?`,
      { cause },
    )
  }
  const { status, text } = asked
  const answer = status === 204 ? {} : parseObject(text)
  if (status >= 200 && status < 300 && answer) return answer
  const code = typeof answer?.code === 'string' ? answer.code : ''
  throw new Refusal(refusalText(status, answer, origin), { status, code })
}

function refusalText(
  status: number,
  answer: Record<string, unknown> | null,
  origin: string,
): string {
  if (!answer || typeof answer.message !== 'string') {
    return `${origin} answered ${status} without saying why: is CHATZURI_URL the address of a Chatzuri server?`
  }
  if (status === 401)
    return `The server does not know this key: check CHATZURI_KEY (${answer.message}).`
  const details = Array.isArray(answer.details) ? answer.details : []
  // With one mistake the message is that mistake: it is not said twice.
  const { message } = answer
  const reasons = details
    .filter((each: { message?: unknown }) => !message.includes(String(each.message)))
    .map((each: { path?: unknown; message?: unknown }) => `${each.path} ${each.message}`)
  const sentence = [message.replace(/\.$/, ''), ...reasons].join('; ')
  return `The server refused (${status}): ${sentence}.`
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** The items of a list's answer. */
export function itemsOf(answer: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(answer.data) ? answer.data : []
}

/** `--chatbot`, or the only one that this key reaches. */
export async function chatbotOf(api: Api, given: string | undefined): Promise<string> {
  if (given !== undefined) return encodeURIComponent(given)
  const [first, second] = itemsOf(await api.get('/api/v1/chatbots?limit=2'))
  if (!first) throw usageError('There is no chatbot yet: create one in the dashboard.')
  if (second) throw usageError('There is more than one chatbot: say which with --chatbot bot_….')
  return String(first.id)
}
