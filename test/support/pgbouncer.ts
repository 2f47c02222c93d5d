/**
 * A real PgBouncer in front of a database: found on the PATH or where Debian puts it, or, as root on
 * Debian, installed. Null: there is none here, and whoever asked says so.
 */
import { execFile, spawn } from 'node:child_process'
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { watchChild } from './child-processes.ts'
import { closedPort } from './closed-port.ts'
import { until } from './until.ts'

const PLACES = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer']
const INSTALL_MS_MAX = 120_000
const INSTALL = `{ apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=100 pgbouncer ||
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends pgbouncer; }; }`
/** It refuses to run as root. */
const NOBODY = 65_534

interface PgBouncer {
  url: string
  close(): Promise<void>
}

export async function findPgBouncer(): Promise<string | null> {
  return find() ?? (await install())
}

export async function openPgBouncer(
  program: string,
  { databaseUrl, mode }: { databaseUrl: string; mode: 'session' | 'transaction' | 'statement' },
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'chatzuri-pgbouncer-'))
  chmodSync(folder, 0o755)
  const { hostname, port, pathname, username } = new URL(databaseUrl)
  const name = pathname.slice(1)
  const listens = Number(new URL(await closedPort()).port)
  const config = join(folder, 'pgbouncer.ini')
  writeFileSync(
    config,
    `[databases]
${name} = host=${hostname} port=${port} dbname=${name} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listens}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 20
`,
    { mode: 0o644 },
  )
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const child = spawn(program, ['-q', config], { ...identity, stdio: 'ignore' })
  const ended = watchChild(child)
  await until(() => accepts(listens), { what: 'PgBouncer to listen' })
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(listens)
  return {
    url: url.href,
    async close() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function find(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const paths = [...folders.map((folder) => join(folder, 'pgbouncer')), ...PLACES]
  return paths.find((path) => isExecutable(path)) ?? null
}

async function install(): Promise<string | null> {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return null
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await promisify(execFile)('sh', ['-c', INSTALL], { env, timeout: INSTALL_MS_MAX })
  } catch {
    // Without a network: told by whoever asked.
  }
  return find()
}

function accepts(port: number): Promise<true | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(null))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
