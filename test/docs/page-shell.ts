/**
 * The shell of one page: a bash that goes on from block to block, as the reader's does, in a folder
 * of its own. Addresses and ids that the page made up are put right before a block is run.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { strangerEnv } from '../packages/package-copy.ts'
import { type Ended, readLines, watchChild } from '../support/child-processes.ts'
import { until } from '../support/until.ts'
import { type Block, ROOT } from './page.ts'

const BLOCK_MS_MAX = 120_000
const STAND_INS = fileURLToPath(new URL('programs', import.meta.url))
const MOVED_PORTS_PROGRAM = new URL('moved-ports.js', import.meta.url).href
const ID = /\b(bot|conv|lead|evt|wh|dlv|key)_[0-9a-hjkmnp-tv-z]{26}\b/g
const SECRET = /\bwhsec_[A-Za-z0-9]{32}\b/g

/** Started here: none outlives the tests, however they end. */
const groups = new Set<number | undefined>()
process.once('exit', () => {
  for (const pid of groups) killGroup(pid)
})

export interface Surroundings {
  /** Where the shared server keeps its data: the page's `data`, unless it starts a server itself. */
  dataDir: string
  /** What listens behind each port that a page may name. */
  ports: Record<string, string>
  /** What an id or secret stands for that the page has not seen: by its prefix. */
  ids: Record<string, string>
}

export class PageShell {
  readonly dir = mkdtempSync(join(tmpdir(), 'chatzuri-docs-'))
  /** Of the newest block. */
  output = ''
  readonly #surroundings: Surroundings
  readonly #seen = new Map<string, string>()
  readonly #children = new Set<ChildProcess>()
  readonly #ends: Promise<Ended>[] = []
  #bash: ChildProcess | null = null
  #blocks = 0

  /** `ownPorts`: those on which the page will start something itself, and where that will be. */
  constructor(surroundings: Surroundings, ownPorts: Record<string, number>) {
    this.#surroundings = surroundings
    mkdirSync(join(this.dir, '.ports'))
    for (const [port, moved] of Object.entries(ownPorts)) {
      writeFileSync(join(this.dir, '.ports', port), `${moved}`)
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.dir, 'node_modules'))
    symlinkSync(join(ROOT, 'examples'), join(this.dir, 'examples'))
  }

  /** Runs the block to its end; the exit status of the first command of it that failed, else 0. */
  async run(block: Block): Promise<number> {
    const bash = this.#bash ?? this.#open()
    const script = this.#write(block)
    const end = `::end of block ${this.#blocks}::`
    this.output = ''
    bash.stdin?.write(`failed=0; . ${script} </dev/null; echo; echo "${end} $failed"\n`)
    const pattern = new RegExp(`\\n?${end} (\\d+)\\n?`)
    const found = await until(() => pattern.exec(this.output) ?? this.#diedOf(bash), {
      what: `${block.page}:${block.line} to end`,
      withinMs: BLOCK_MS_MAX,
    }).catch((cause: Error) => {
      const advice = 'if it is to go on running, its fence says starts="what it prints then"'
      throw new Error(`${cause.message} (${advice}); it said:\n${this.output}`, { cause })
    })
    this.output = this.output.replace(pattern, '')
    this.#remember(this.output)
    return Number(found[1])
  }

  /** In a terminal of its own, where it goes on; resolves when it has said what is waited for. */
  async start(block: Block, said: string): Promise<void> {
    const child = this.#spawn([this.#write(block)])
    let text = ''
    let hasEnded = false
    void this.#ends.at(-1)?.then(() => {
      hasEnded = true
    })
    listen(child, (line) => {
      text += `${line}\n`
    })
    const look = () => {
      if (text.includes(said)) return true
      if (hasEnded) throw new Error(`${block.page}:${block.line} ended: ${text}`)
      return null
    }
    await until(look, { what: `"${said}"`, withinMs: BLOCK_MS_MAX }).catch((cause: Error) => {
      throw new Error(`${cause.message}; ${block.page}:${block.line} said:\n${text}`, { cause })
    })
    this.output = text
    this.#remember(text)
  }

  writeFile(name: string, text: string): void {
    const path = join(this.dir, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }

  async close(): Promise<void> {
    for (const { pid } of this.#children) killGroup(pid)
    await Promise.all(this.#ends)
    rmSync(this.dir, { recursive: true, force: true })
  }

  #open(): ChildProcess {
    const bash = this.#spawn([])
    this.#bash = bash
    listen(bash, (line) => {
      this.output += `${line}\n`
    })
    bash.stdin?.write("exec 2>&1; set -uE -o pipefail; trap 'failed=$?' ERR\n")
    return bash
  }

  #diedOf(bash: ChildProcess): null {
    if (bash.exitCode === null && bash.signalCode === null) return null
    throw new Error(`The page's shell ended: ${this.output}`)
  }

  #spawn(args: string[]): ChildProcess {
    const stranger = strangerEnv()
    const env = {
      ...stranger,
      HOME: this.dir,
      REPOSITORY: ROOT,
      REAL_NPM: realNpm(),
      LOG_LEVEL: 'warn',
      NODE_OPTIONS: `--import=${MOVED_PORTS_PROGRAM}`,
      MOVED_PORTS: join(this.dir, '.ports'),
    }
    const PATH = [STAND_INS, join(ROOT, 'node_modules/.bin'), stranger.PATH].join(':')
    const child = spawn('bash', args, {
      cwd: this.dir,
      env: { ...env, PATH },
      detached: true, // A group of its own, so that what it started ends with it.
      stdio: 'pipe',
    })
    this.#children.add(child)
    groups.add(child.pid)
    this.#ends.push(watchChild(child))
    return child
  }

  #write(block: Block): string {
    this.#blocks += 1
    const path = join(this.dir, `.block-${this.#blocks}.sh`)
    writeFileSync(path, this.#putRight(block.text))
    return path
  }

  #putRight(text: string): string {
    if (/\bdata\/|chatzuri-server /.test(text) && !/npm start|chatzuri-server\s*$/m.test(text))
      this.#lendData()
    return text
      .replace(/\b(localhost|127\.0\.0\.1):(\d{4})\b/g, (_, _host, port: string) =>
        this.#host(port),
      )
      .replace(/\b(bot|conv|lead|evt|wh|dlv|key|whsec)_…/g, (whole, prefix: string) => {
        return this.#seen.get(prefix) ?? this.#surroundings.ids[prefix] ?? whole
      })
  }

  /** A page that has started no server uses the shared one, and its data. */
  #lendData(): void {
    try {
      symlinkSync(this.#surroundings.dataDir, join(this.dir, 'data'))
    } catch {
      // It has its own.
    }
  }

  #host(port: string): string {
    const moved = readIfThere(join(this.dir, '.ports', port)) ?? this.#surroundings.ports[port]
    return `127.0.0.1:${moved ?? port}`
  }

  #remember(text: string): void {
    for (const [id, prefix = ''] of text.matchAll(ID)) this.#seen.set(prefix, id)
    for (const [secret] of text.matchAll(SECRET)) this.#seen.set('whsec', secret)
  }
}

function listen({ stdout, stderr }: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [stdout, stderr]) if (stream) readLines(stream, onLine)
}

function killGroup(pid: number | undefined): void {
  groups.delete(pid)
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

let npmPath: string | undefined
function realNpm(): string {
  npmPath ??= execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim()
  return npmPath
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
