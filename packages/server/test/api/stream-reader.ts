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
  /** All that comes before the next comment, or before the end. */
  eventsUntilComment(): Promise<StreamEvent[]>
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
  const eventOf = (block: string): StreamEvent => {
    const [, type = ''] = /^event: (.*)$/m.exec(block) ?? []
    const [, data = ''] = /^data: (.*)$/m.exec(block) ?? []
    return { id: lastId, type, data: JSON.parse(data) }
  }
  return {
    status: response.status,
    lastId: () => lastId,
    async next() {
      const block = await nextWhere(isEvent)
      return block === undefined ? undefined : eventOf(block)
    },
    comment: () => nextWhere(isComment),
    async eventsUntilComment() {
      const events: StreamEvent[] = []
      for (;;) {
        const block = await nextWhere((text) => isEvent(text) || isComment(text))
        if (block === undefined || isComment(block)) return events
        events.push(eventOf(block))
      }
    },
    leave: () => leaving.abort(),
  }
}

const isEvent = (block: string) => /^data: /m.test(block)
const isComment = (block: string) => block.startsWith(':')

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
