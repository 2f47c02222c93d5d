/**
 * Nodes and their leases. One process holds the folder, so they live in its memory; what a process
 * that is gone had claimed is taken back when the database is opened.
 */
import { isId } from '../../../id.ts'
import type { Core } from '../core.ts'
import { releaseNode } from './release.ts'

export interface NodeLease {
  nodeId: string
  leaseMs: number
}

export function joinNode(core: Core, lease: NodeLease): void {
  rescueDead(core)
  setLease(core, lease)
}

export function renewLease(core: Core, lease: NodeLease): boolean {
  const isLive = core.isLive(lease.nodeId)
  if (isLive) setLease(core, lease)
  return isLive
}

export function leaveNode(core: Core, nodeId: string): void {
  releaseNode(core, nodeId)
  core.nodes.delete(nodeId)
}

export function rescueDead(core: Core): number {
  let rescued = 0
  for (const nodeId of [...core.nodes.keys()]) {
    if (core.isLive(nodeId)) continue
    rescued += releaseNode(core, nodeId)
    core.nodes.delete(nodeId)
  }
  return rescued
}

export function countLive(core: Core): number {
  const ids = [...core.nodes.keys()]
  return ids.filter((id) => core.isLive(id) && !isId('listener', id)).length
}

export function setLease(core: Core, { nodeId, leaseMs }: NodeLease): void {
  core.nodes.set(nodeId, core.clock.monotonic() + leaseMs)
}
