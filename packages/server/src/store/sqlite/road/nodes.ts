/**
 * Nodes and their leases. One process holds the folder, so they live in its memory; what a process
 * that is gone had claimed is taken back when the database is opened.
 */
import { isId } from '../../../id.ts'
import type { Core } from '../core.ts'
import type { Deliveries } from './deliveries.ts'

export interface NodeLease {
  nodeId: string
  leaseMs: number
}

export class Nodes {
  readonly #core: Core
  readonly #deliveries: Deliveries

  constructor(core: Core, deliveries: Deliveries) {
    this.#core = core
    this.#deliveries = deliveries
  }

  joinNode({ nodeId, leaseMs }: NodeLease): void {
    this.rescueDead()
    this.#core.nodes.set(nodeId, this.#core.clock.monotonic() + leaseMs)
  }

  renewLease({ nodeId, leaseMs }: NodeLease): boolean {
    if (!this.#core.isLive(nodeId)) return false
    this.#core.nodes.set(nodeId, this.#core.clock.monotonic() + leaseMs)
    return true
  }

  leaveNode(nodeId: string): void {
    this.#deliveries.releaseNode(nodeId)
    this.#core.nodes.delete(nodeId)
  }

  rescueDead(): number {
    let rescued = 0
    for (const nodeId of [...this.#core.nodes.keys()]) {
      if (this.#core.isLive(nodeId)) continue
      rescued += this.#deliveries.releaseNode(nodeId)
      this.#core.nodes.delete(nodeId)
    }
    return rescued
  }

  countLive(): number {
    const ids = [...this.#core.nodes.keys()]
    return ids.filter((id) => this.#core.isLive(id) && !isId('listener', id)).length
  }
}
