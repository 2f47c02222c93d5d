/** The clients that we are held against: which status each sees in each answer; 0: none. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { findRuntime } from '../support/runtimes.ts'

interface Client {
  name: string
  version: string
  statuses(urls: readonly string[]): Promise<number[]>
}

const HERE = fileURLToPath(new URL('./', import.meta.url))
const PATIENCE_MS = 5_000

/** Throws when one isn't there: a table without it is none. */
export function otherClients(): Client[] {
  const curl = found('curl', ['--version'])
  const python = found('python3', ['--version'])
  const go = found('go', ['version'])
  return [
    {
      name: 'curl',
      version: firstWords(curl, ['--version'], 2),
      statuses: (urls) => oneByOne(urls, (url) => askCurl(curl, url)),
    },
    {
      name: 'Python http.client',
      version: firstWords(python, ['--version'], 2),
      statuses: (urls) => askProgram(python, [`${HERE}client.py`], urls),
    },
    {
      name: 'Go net/http',
      version: firstWords(go, ['version'], 3),
      statuses: (urls) => askProgram(go, ['run', `${HERE}client.go`], urls),
    },
    {
      name: 'Node http',
      version: process.version,
      statuses: (urls) => oneByOne(urls, askNodeHttp),
    },
    {
      name: 'Node fetch',
      version: process.version,
      statuses: (urls) => oneByOne(urls, askFetch),
    },
  ]
}

function found(name: string, probe: string[]): string {
  const path = findRuntime(name, probe)
  if (path === null) throw new Error(`The table needs ${name}, which is not installed`)
  return path
}

function firstWords(command: string, args: string[], count: number): string {
  const words = execFileSync(command, args, { encoding: 'utf8' }).trim().split(/\s+/)
  return words.slice(0, count).join(' ')
}

async function oneByOne(
  urls: readonly string[],
  ask: (url: string) => Promise<number>,
): Promise<number[]> {
  const statuses: number[] = []
  for (const url of urls) statuses.push(await ask(url))
  return statuses
}

/** What it tells of the status, whether or not it goes on to complain about the rest. */
async function askCurl(curl: string, url: string): Promise<number> {
  const [output] = await run(curl, [
    '--silent',
    '--output',
    '/dev/null',
    '--write-out',
    '%{http_code}',
    '--max-time',
    String(PATIENCE_MS / 1_000),
    '--noproxy',
    '*',
    '--data',
    '{}',
    url,
  ])
  return Number(output)
}

async function askProgram(
  command: string,
  args: string[],
  urls: readonly string[],
): Promise<number[]> {
  const lines = await run(command, args, urls.join('\n'))
  return lines.map((line) => Number.parseInt(line, 10))
}

async function run(command: string, args: string[], input = ''): Promise<string[]> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stdin.end(input)
  await once(child, 'close')
  return output.trim().split('\n')
}

function askNodeHttp(url: string): Promise<number> {
  return new Promise((resolve) => {
    const asking = request(url, { method: 'POST', agent: false, timeout: PATIENCE_MS })
    asking.on('timeout', () => asking.destroy())
    asking.on('error', () => resolve(0))
    asking.on('upgrade', (answer, socket) => {
      socket.destroy()
      resolve(answer.statusCode ?? 0)
    })
    asking.on('response', (answer) => {
      answer.on('error', () => {})
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asking.end('{}')
  })
}

async function askFetch(url: string): Promise<number> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const options: RequestInit = { method: 'POST', body: '{}', redirect: 'manual', signal }
  try {
    const answer = await fetch(url, options)
    await answer.body?.cancel().catch(() => {})
    return answer.status
  } catch {
    return 0
  }
}
