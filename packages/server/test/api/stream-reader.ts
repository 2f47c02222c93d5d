/** Reads a stream of server-sent events as a browser does. */
import { onTestFinished } from 'vitest'
import { ADMIN_KEY } from './client.ts'

interface StreamEvent {
  id: string
  type: string
  data: Record<string, unknown>
}

interface StreamReader {
  status: number
  /** The id that a browser would come back with. */
  lastId(): string
  /** The next event; undefined: the stream ended. */
  next(): Promise<StreamEvent | undefined>
  /** Resolves with the next comment. */
  comment(): Promise<string | undefined>
  leave(): void
}

export async function openStream(
  url: string,
  {
    query = '',
    lastEventId,
    key = ADMIN_KEY,
  }: { query?: string; lastEventId?: string; key?: string } = {},
): Promise<StreamReader> {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const response = await fetch(`${url}/api/v1/stream${query}`, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: leaving.signal,
  })
  let lastId = lastEventId ?? ''
  const blocks = readBlocks(response)
  async function nextWhere(wanted: (block: string) => boolean): Promise<string | undefined> {
    for (;;) {
      const { value: block, done } = await blocks.next()
      if (done) return undefined
      lastId = /^id: (.*)$/m.exec(block)?.[1] ?? lastId
      if (wanted(block)) return block
    }
  }
  return {
    status: response.status,
    lastId: () => lastId,
    async next() {
      const block = await nextWhere((text) => /^data: /m.test(text))
      if (block === undefined) return undefined
      const [, type = ''] = /^event: (.*)$/m.exec(block) ?? []
      const [, data = ''] = /^data: (.*)$/m.exec(block) ?? []
      return { id: lastId, type, data: JSON.parse(data) }
    },
    comment: () => nextWhere((text) => text.startsWith(':')),
    leave: () => leaving.abort(),
  }
}

async function* readBlocks(response: Response): AsyncGenerator<string, undefined> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 2)
    }
  }
}
