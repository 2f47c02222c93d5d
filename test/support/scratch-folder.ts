/**
 * Where most tests' files are: in memory, so that nobody waits for a disk that is told to sync some
 * ten thousand times. To a test that ends processes and never the machine it is the same; what is
 * about crashes and disks stays on one (see `vitest.config.ts`).
 */
import { execFileSync } from 'node:child_process'
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
/** A database cluster and some dozens of data folders at a time. */
const FREE_BYTES_MIN = 2 * 1024 ** 3
const NAME = /^chatzuri-tests-(\d+)$/

/** Of the run that this process is; `SCRATCH_FOLDER` names the folder that it is made in. */
export const SCRATCH_FOLDER = join(
  process.env.SCRATCH_FOLDER || (memoryIsFit() ? MEMORY : tmpdir()),
  `chatzuri-tests-${process.pid}`,
)

/** What a killed run has left would stay in memory for ever. */
export function makeScratchFolder(): void {
  const parent = join(SCRATCH_FOLDER, '..')
  for (const name of readdirSync(parent)) {
    const [, pid] = NAME.exec(name) ?? []
    if (pid !== undefined && !isAlive(Number(pid))) removeIfFree(join(parent, name))
  }
  // Others' processes, such as PostgreSQL's, come through.
  mkdirSync(SCRATCH_FOLDER, { mode: 0o711 })
}

export function removeScratchFolder(): void {
  remove(SCRATCH_FOLDER)
}

/** There, large enough, and programs in it run: tests install some. */
function memoryIsFit(): boolean {
  const probe = join(MEMORY, `chatzuri-probe-${process.pid}`)
  try {
    accessSync(MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(MEMORY)
    if (bavail * bsize < FREE_BYTES_MIN) return false
    writeFileSync(probe, '#!/bin/sh\nexit 0\n', { mode: 0o700 })
    execFileSync(probe)
    return true
  } catch {
    return false
  } finally {
    remove(probe)
  }
}

/** A disk that a killed test has mounted there is no reason to test nothing. */
function removeIfFree(path: string): void {
  try {
    remove(path)
  } catch {}
}

function remove(path: string): void {
  // Another run may be removing the same, or what was killed just now still writing.
  rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
