import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { makeScratchFolder, removeScratchFolder, SCRATCH_FOLDER } from './scratch-folder.ts'
import { openSharedServers } from './shared-servers.ts'

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  makeScratchFolder()
  // What one process has compiled, the next need not: half of what a thread's start takes.
  process.env.NODE_COMPILE_CACHE = join(SCRATCH_FOLDER, 'compiled')
  const shared = await openSharedServers()
  project.provide('sharedServers', shared.url)
  return async () => {
    await shared.close()
    removeScratchFolder()
  }
}
