/** Makes an attack, and says what came of it. */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { within } from '../support/until.ts'
import type { Attack } from './attacks.ts'

const BATCH_LENGTH = 64 * 1024

interface Outcome {
  name: string
  /** Of the first answer; null: there was none. */
  status: number | null
  /** Whether it was answered or cut within the time. */
  isOver: boolean
}

export async function attack(
  url: URL,
  { name, pieces }: Attack,
  withinMs: number,
): Promise<Outcome> {
  const socket = connect(Number(url.port), url.hostname)
  let answer = ''
  const over = new Promise<boolean>((resolve) => {
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
      if (answer.includes('\r\n\r\n')) resolve(true)
    })
    socket.on('error', () => resolve(true)).on('close', () => resolve(true))
    void send(socket, pieces)
  })
  const isOver = await within(withinMs, over, name).catch(() => false)
  socket.destroy()
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(answer) ?? []
  return { name, status: status === undefined ? null : Number(status), isOver }
}

async function send(socket: Socket, pieces: Attack['pieces']): Promise<void> {
  for (const { text, times } of pieces) {
    const perBatch = Math.min(times, Math.ceil(BATCH_LENGTH / text.length))
    const batch = Buffer.from(text.repeat(perBatch))
    for (let sent = 0; sent < times && socket.writable; sent += perBatch) {
      await new Promise((resolve) => socket.write(batch, resolve))
    }
  }
}

/** The most that a process has ever had in memory; null where the system doesn't say. */
export function peakBytes(pid: number): number | null {
  try {
    const [, kibibytes] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kibibytes === undefined ? null : Number(kibibytes) * 1024
  } catch {
    return null // Not Linux, or it has ended.
  }
}
