/** What is told of webhooks: once an hour, to others, and never of the delivery of such a notice. */
import { isNotice } from '../../packages/server/src/notice.ts'
import type { Road } from '../../packages/server/src/store/road.ts'
import { TOLD_EVERY_MS } from '../../packages/server/src/store/rules/notices.ts'
import type { Commit } from './book.ts'
import type { Broken } from './legal-moves.ts'
import { short } from './trace.ts'

type Told = Parameters<Road['tellNotice']>[0]

export class NoticeWatch {
  readonly #broken: Broken
  /** By webhook and type: when it was told last. */
  readonly #toldAt = new Map<string, number>()
  /** By the event that tells it. */
  readonly #told = new Map<string, { webhookId: string; payload: string }>()

  constructor(broken: Broken) {
    this.#broken = broken
  }

  committed({ calls, replies }: Commit, now: number): void {
    for (const [index, call] of calls.entries()) {
      const reply = replies[index]
      if (call.name !== 'tellNotice' || !reply || !('value' in reply)) continue
      if (reply.value === 'told') this.#isTold(call.input as Told, now)
    }
  }

  /** The body that it must have. */
  bodyOf(eventId: string, { eventType, chatbotId }: { eventType: string; chatbotId: string }) {
    const payload = this.#told.get(eventId)?.payload ?? '"nothing that was told"'
    return `{"eventType":"${eventType}","chatbotId":"${chatbotId}","payload":${payload}}`
  }

  sentTo(webhookId: string, eventId: string): void {
    if (this.#told.get(eventId)?.webhookId !== webhookId) return
    this.#broken('notices come to an end', `${short(webhookId)} is told of itself`)
  }

  #isTold({ notice, event }: Told, now: number): void {
    const { webhookId, type, eventType } = notice
    const key = `${webhookId} ${type}`
    const sentence = `${type} of ${short(webhookId)}`
    const before = this.#toldAt.get(key)
    this.#toldAt.set(key, now)
    if (event) this.#told.set(event.id, { webhookId, payload: event.payload })
    if (isNotice(eventType)) {
      this.#broken('notices come to an end', `${sentence} is about a ${eventType}`)
    }
    if (before === undefined || now - before >= TOLD_EVERY_MS) return
    this.#broken('a notice is told once an hour', `${sentence} after ${now - before} ms`)
  }
}
