/** Who holds what until when: a claim leaves a node by the node's own doing, or when its lease ended. */
import type { NodeLease } from '../../packages/server/src/store/sqlite/road/nodes.ts'
import type { Commit, Moved } from './book.ts'
import type { Broken } from './legal-moves.ts'
import { short } from './trace.ts'

export class LeaseWatch {
  readonly #broken: Broken
  readonly #until = new Map<string, number>()

  constructor(broken: Broken) {
    this.#broken = broken
  }

  isLive(nodeId: string, now: number): boolean {
    return (this.#until.get(nodeId) ?? 0) > now
  }

  /** The store's process is gone, and with it every lease that it kept. */
  clear(): void {
    this.#until.clear()
  }

  follow({ calls, replies }: Commit, now: number): void {
    for (const [index, { name, input }] of calls.entries()) {
      const reply = replies[index]
      if (!reply || !('value' in reply)) continue
      if (name === 'leaveNode') this.#until.delete(input as string)
      if (name !== 'joinNode' && !(name === 'renewLease' && reply.value === true)) continue
      const { nodeId, leaseMs } = input as NodeLease
      this.#until.set(nodeId, now + leaseMs)
    }
  }

  checkClaims(moved: Moved[], commit: Commit, now: number): void {
    for (const { before, after } of moved) {
      const from = before?.claimed_by ?? null
      const to = after.claimed_by
      if (from === to) continue
      if (from !== null && this.isLive(from, now) && !gaveUp(commit, from, after.id)) {
        const sentence = `${short(after.id)} was taken from ${short(from)}`
        this.#broken('a live node keeps its claims', sentence)
      }
      if (to === null || this.isLive(to, now) || commit.operations.has('joinNode')) continue
      this.#broken('only the living claim', `${short(after.id)} was claimed by ${short(to)}`)
    }
  }
}

function gaveUp({ calls }: Commit, holder: string, deliveryId: string): boolean {
  return calls.some(({ name, input }) => {
    if (name === 'leaveNode') return input === holder
    if (name === 'recordIfLeased') {
      const record = input as { nodeId: string; deliveryId: string }
      return record.nodeId === holder && record.deliveryId === deliveryId
    }
    if (name !== 'release') return false
    const release = input as { nodeId: string; deliveryIds: string[] }
    return release.nodeId === holder && release.deliveryIds.includes(deliveryId)
  })
}
