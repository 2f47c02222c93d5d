/** The server's HTTP API, as the commands ask it. A refusal is one sentence that says what to do. */
import { CommandError, EXIT, usageError } from './command-error.ts'

const TIMEOUT_MS = 60_000

export interface Api {
  get(path: string): Promise<Record<string, unknown>>
  post(path: string, body?: unknown): Promise<Record<string, unknown>>
}

export function openApi(env: NodeJS.ProcessEnv): Api {
  const { CHATZURI_URL = 'http://localhost:8080', CHATZURI_KEY } = env
  if (!CHATZURI_KEY) {
    throw usageError(
      'Set CHATZURI_KEY to a key of the server (dashboard, "API keys"; the first is in data/admin-key), and CHATZURI_URL to its address.',
    )
  }
  if (!/^https?:\/\//.test(CHATZURI_URL) || !URL.canParse(CHATZURI_URL)) {
    throw usageError(`CHATZURI_URL is no address: "${CHATZURI_URL}". It begins with https://.`)
  }
  const base = CHATZURI_URL.replace(/\/+$/, '')
  const ask = (method: string, path: string, body?: unknown) =>
    send({ method, url: base + path, key: CHATZURI_KEY, body })
  return { get: (path) => ask('GET', path), post: (path, body) => ask('POST', path, body) }
}

interface Asked {
  method: string
  url: string
  key: string
  body: unknown
}

async function send({ method, url, key, body }: Asked): Promise<Record<string, unknown>> {
  const { origin } = new URL(url)
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    text = await response.text()
  } catch (cause) {
    throw new CommandError(
      EXIT.unreachable,
      `No server answers at ${origin} (${reasonOf(cause)}): is it running, and is CHATZURI_URL right?`,
      { cause },
    )
  }
  const answer = parseObject(text)
  if (response.ok && answer) return answer
  throw new CommandError(EXIT.refused, refusalText(response.status, answer, origin))
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
  const reasons = details.map(
    (each: { path?: unknown; message?: unknown }) => `${each.path} ${each.message}`,
  )
  const sentence = [answer.message.replace(/\.$/, ''), ...reasons].join('; ')
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
