/** Starts a receiver as its own process, and waits until it answers. */
import { type ChildProcess, spawn } from 'node:child_process'
import { type AddressInfo, createServer } from 'node:net'
import { type Ended, readLines, watchChild } from '../support/child-processes.ts'
import { until } from '../support/until.ts'

const START_TIMEOUT_MS = 90_000

interface Started {
  url: string
  pid: number
  /** What it printed. */
  lines: string[]
  /** Resolves when it has ended by itself. */
  ended: Promise<Ended>
  stop(): Promise<unknown>
}

export interface Program {
  /** `PORT` in it stands for the port; the environment has it, too. */
  command: string[]
  cwd: string
  env?: Record<string, string>
  path?: string
}

/** Rejects with what it said when it ends, or does not answer. */
export async function startReceiver(program: Program): Promise<Started> {
  const started = await spawnReceiver(program)
  const { url, lines, ended } = started
  const died = ended.then(({ code }) => {
    throw new Error(`It ended with ${code}`)
  })
  died.catch(() => undefined)
  const isUp = until(() => answers(url), { what: 'it to answer', withinMs: START_TIMEOUT_MS })
  await Promise.race([isUp, died]).catch((cause: Error) => {
    throw new Error(`${cause.message}; it said:\n${lines.join('\n')}`, { cause })
  })
  return started
}

/** Without waiting: for what should end at once. */
export async function spawnReceiver({
  command,
  cwd,
  env = {},
  path = '/webhook',
}: Program): Promise<Started> {
  const port = String(await freePort())
  const [executable = '', ...args] = command.map((part) => part.replace('PORT', port))
  const child = spawn(executable, args, {
    cwd,
    env: { ...process.env, PORT: port, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = watchChild(child)
  const stop = () => {
    child.kill('SIGKILL')
    return ended
  }
  const url = `http://127.0.0.1:${port}${path}`
  return { url, pid: child.pid ?? 0, lines: collectLines(child), ended, stop }
}

export async function answers(url: string): Promise<true | null> {
  const answer = await fetch(url).catch(() => null)
  await answer?.body?.cancel()
  return answer === null ? null : true
}

function collectLines(child: ChildProcess): string[] {
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) readLines(stream, (line) => lines.push(line))
  }
  return lines
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
