/**
 * Asks a real server everything that its own OpenAPI document says can be asked, rightly and wrongly,
 * and holds each answer against that document. What must hold of every turn: an answer in time, no
 * 500, as documented, and nothing changed by what was refused. It knows no route by name.
 */
import type { OpenApiDocument } from '../../packages/server/src/api/document/openapi-document.ts'
import { removeDataDirs, ServerProcess } from '../support/server-process.ts'
import { until } from '../support/until.ts'
import { type CheckAnswer, createCheckAnswer, isError, parseJson } from './check-answer.ts'
import { type Draw, drawFor, onceIn, pick } from './draw.ts'
import { openFickleEndpoint } from './fickle-endpoint.ts'
import { mutate } from './mutations.ts'
import { listOperations, type Operation, resolveSchema } from './operations.ts'
import { Pool } from './pool.ts'
import { printfLine, rawBytes } from './raw-bytes.ts'
import { FuzzReport } from './report.ts'
import {
  type Asking,
  curlLine,
  exampleRequest,
  type Request,
  toPieces,
  validRequest,
} from './request.ts'
import { grownTables, RowCounts } from './row-counts.ts'
import { type Exchanged, exchange, PATIENCE_MS } from './wire.ts'

interface FuzzOptions {
  seed: number
  runs: number
  /** Goes on after a fault, and counts them: the report has one of each sort. */
  keepsGoing?: boolean
  /** Told now and then. */
  onProgress?(report: FuzzReport): void
}

const ADMIN_KEY = 'key-of-the-operator-in-tests'
const RENEW_EVERY = 60
const LOG_PATIENCE_MS = 100
const MEMORY_GROWTH_BYTES_MAX = 192 * 1024 * 1024

/** Throws at the first turn that breaks a rule, with what it takes to see it again. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, runs, keepsGoing = false, onProgress } = options
  const endpoint = await openFickleEndpoint()
  const settings = { ADMIN_KEY, LOG_LEVEL: 'error', RETRY_SCHEDULE: '0s,1s,1s' }
  const server = await ServerProcess.start({ settings })
  const counts = new RowCounts(server.dataDir)
  try {
    const fuzzer = await Fuzzer.open({
      seed,
      keepsGoing,
      server,
      counts,
      endpointUrl: endpoint.url,
    })
    // A stretch in which chance left an operation without a success goes on for as long again.
    const isShort = () => fuzzer.report.neverAccepted().length > 0
    for (let turn = 0; turn < runs || (turn < runs * 2 && isShort()); turn++) {
      if (turn % RENEW_EVERY === 0) await fuzzer.renew(turn)
      await fuzzer.turn(turn)
      onProgress?.(fuzzer.report)
    }
    await fuzzer.finish()
    return fuzzer.report
  } finally {
    counts.close()
    await server.kill()
    endpoint.close()
    removeDataDirs()
  }
}

interface Asked {
  /** Null: not a request, or none of the document's. */
  operation: Operation | null
  kind: 'example' | 'valid' | 'mutated' | 'raw'
  /** How it was spoiled; empty: it wasn't. */
  mutation: string
  method: string
  pieces: Buffer[]
  endsEarly: boolean
  /** Bytes that come when the server has answered and closed reset the answer away: the client's fault. */
  mayBeLost: boolean
  line: string
}

interface FuzzWorld {
  seed: number
  keepsGoing: boolean
  server: ServerProcess
  counts: RowCounts
  endpointUrl: string
}

class Fuzzer {
  readonly report: FuzzReport
  readonly #world: FuzzWorld
  readonly #asking: Asking
  readonly #operations: Operation[]
  readonly #check: CheckAnswer
  #memoryBytesBefore = 0

  private constructor(world: FuzzWorld, document: OpenApiDocument) {
    this.#world = world
    this.#operations = listOperations(document)
    this.#check = createCheckAnswer(document)
    this.report = new FuzzReport(world.seed, this.#operations)
    this.#asking = {
      resolve: (schema) => resolveSchema(document, schema),
      pool: new Pool(),
      endpointUrl: world.endpointUrl,
      adminKey: ADMIN_KEY,
    }
  }

  static async open(world: FuzzWorld): Promise<Fuzzer> {
    const response = await fetch(`${world.server.url}/openapi.json`)
    return new Fuzzer(world, (await response.json()) as OpenApiDocument)
  }

  /**
   * Everything that can be made is made once more, so that there is something alive to ask for; and
   * what nothing was right for so far is asked while everything is new.
   */
  async renew(turn: number): Promise<void> {
    const wanting = turn === 0 ? [] : this.report.neverAccepted()
    for (const operation of this.#operations) {
      const makes = '201' in operation.responses || '202' in operation.responses
      if (operation.method !== 'POST' || !(makes || wanting.includes(operation.name))) continue
      await this.#ask(turn, this.#unspoilt(drawFor(this.#world.seed, -turn), operation, 'example'))
    }
    if (turn === 10 * RENEW_EVERY) this.#memoryBytesBefore = await this.#memoryBytes()
  }

  async turn(turn: number): Promise<void> {
    const draw = drawFor(this.#world.seed, turn)
    const isWatched = onceIn(draw, 4)
    const asked = this.#draw(draw)
    // A whole request is carried out, though the bytes after it are refused.
    if (!isWatched || asked.mayBeLost) return void (await this.#ask(turn, asked))
    let grown = await this.#grownByRefusal(turn, asked)
    // What a client gave up may be done late: only what happens again is this request's doing.
    if (grown.length > 0) grown = await this.#grownByRefusal(turn, asked)
    if (grown.length > 0) await this.#fail(turn, asked, `a refusal added to ${grown.join(', ')}`)
  }

  async #grownByRefusal(turn: number, asked: Asked): Promise<string[]> {
    const before = this.#world.counts.read()
    const refused = await this.#ask(turn, asked)
    return refused ? grownTables(before, this.#world.counts.read()) : []
  }

  async finish(): Promise<void> {
    const response = await fetch(`${this.#world.server.url}/healthz`)
    if (response.status !== 200) throw new Error(`/healthz answers ${response.status} at the end`)
    if (this.#memoryBytesBefore === 0) return
    const grown = (await this.#memoryBytes()) - this.#memoryBytesBefore
    this.report.memoryGrownBytes = grown
    if (grown > MEMORY_GROWTH_BYTES_MAX) {
      throw new Error(`seed ${this.#world.seed}: the server grew by ${grown} bytes`)
    }
  }

  #draw(draw: Draw): Asked {
    const operation = pick(draw, this.#operations)
    if (!operation || onceIn(draw, 12)) return rawAsked(rawBytes(draw), this.#world.server.url)
    if (onceIn(draw, 3))
      return this.#unspoilt(draw, operation, onceIn(draw, 3) ? 'example' : 'valid')
    const request = validRequest(draw, operation, this.#asking)
    const names = [mutate(request, draw)]
    if (onceIn(draw, 4)) names.push(mutate(request, draw))
    return this.#asRequest(request, { operation, kind: 'mutated', mutation: names.join(', ') })
  }

  #unspoilt(draw: Draw, operation: Operation, kind: 'example' | 'valid'): Asked {
    const make = kind === 'example' ? exampleRequest : validRequest
    const request = make(draw, operation, this.#asking)
    return this.#asRequest(request, { operation, kind, mutation: '' })
  }

  #asRequest(request: Request, what: Pick<Asked, 'operation' | 'kind' | 'mutation'>): Asked {
    return {
      ...what,
      method: request.method,
      pieces: toPieces(request),
      endsEarly: request.framing === 'cut',
      mayBeLost: mayLoseAnswer(request),
      line: curlLine(request, this.#world.server.url),
    }
  }

  /** True: it was refused. */
  async #ask(turn: number, asked: Asked): Promise<boolean> {
    const port = Number(new URL(this.#world.server.url).port)
    const exchanged = await exchange({ port, ...asked })
    const fault = this.#faultOf(asked, exchanged)
    if (fault !== null) await this.#fail(turn, asked, fault)
    if (exchanged.kind !== 'answered') {
      this.report.count(asked, exchanged.kind)
      return true
    }
    const { answer } = exchanged
    this.report.count(asked, answer.status)
    const json = parseJson(answer)
    // The document's own examples name things that nobody made.
    if (answer.status < 300 && asked.operation?.path !== '/openapi.json') {
      this.#asking.pool.harvest(json)
    }
    return answer.status >= 400
  }

  #faultOf(asked: Asked, exchanged: Exchanged): string | null {
    const { operation, kind, mutation, method, mayBeLost } = asked

    switch (exchanged.kind) {
      case 'hung':
        return `there was no answer within ${PATIENCE_MS} ms`
      case 'garbled':
        return `what came back is not HTTP: ${exchanged.bytes.subarray(0, 80).toString('latin1')}`
      case 'closed':
        return mayBeLost ? null : 'it was not answered'
    }
    const { answer } = exchanged
    if (answer.status >= 500) return `it answered ${answer.status}: ${answer.body}`
    if (answer.headers['x-content-type-options'] !== 'nosniff') return 'it lacks `nosniff`'
    if (kind === 'raw') return rawFault(answer.status, parseJson(answer))
    if (mayBeLost) return null
    // Another path or method is another operation, or none: then only errors can be told apart.
    const isOther = /another (?:path|method)|wrong id/.test(mutation)
    if (isOther && answer.status < 400) return null
    const checked = this.#check({ operation: isOther ? null : operation, method, answer })
    if (checked !== null) return isOther ? otherFault(parseJson(answer)) : checked
    return kind === 'example' && operation && operation.takesKey && isRefusal(answer.status)
      ? `the document's own example was refused: ${answer.body}`
      : null
  }

  async #fail(turn: number, asked: Asked, sentence: string): Promise<void> {
    const { seed, server, keepsGoing } = this.#world
    // What the server logs of it comes over another pipe, if there is anything.
    const linesBefore = server.out.length
    const look = () => (server.out.length > linesBefore ? true : null)
    await until(look, { what: 'a line of its log', withinMs: LOG_PATIENCE_MS }).catch(() => null)
    const name = asked.operation?.name ?? 'bytes that are no request'
    const spoilt = asked.mutation === '' ? asked.kind : asked.mutation
    const again = `npm run fuzz -- --seed ${seed} --runs ${turn + 1}`
    const log = server.out.slice(-3)
    const told = [`${name} (${spoilt}): ${sentence}`, asked.line, `again: ${again}`, ...log]
    if (!keepsGoing) throw new Error(told.join('\n'))
    this.report.fault(`${name} ${sentence.slice(0, 60)}`, told.join('\n'))
  }

  async #memoryBytes(): Promise<number> {
    const response = await fetch(`${this.#world.server.url}/metrics`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    })
    const line = /^chatzuri_process_resident_memory_bytes (\S+)$/m.exec(await response.text())
    if (!line) throw new Error('The server does not tell its memory')
    return Number(line[1])
  }
}

function mayLoseAnswer({ framing }: Request): boolean {
  return framing === 'cut' || framing === 'overlong'
}

function rawAsked(bytes: Buffer, url: string): Asked {
  return {
    operation: null,
    kind: 'raw',
    mutation: 'bytes that are no request',
    method: 'GET',
    pieces: [bytes],
    endsEarly: true,
    mayBeLost: true,
    line: printfLine(bytes, url),
  }
}

/** What nearly is a request may be one; what is refused is refused in JSON. */
function rawFault(status: number, json: unknown): string | null {
  return status < 400 || isError(json) ? null : `${status} has no body of the shape of an error`
}

function otherFault(json: unknown): string | null {
  return isError(json) ? null : 'a refusal has no body of the shape of an error'
}

/** A state may be in the way, and somebody may have deleted the thing: the rest is the example's fault. */
function isRefusal(status: number): boolean {
  return status >= 400 && ![404, 409, 410].includes(status)
}
