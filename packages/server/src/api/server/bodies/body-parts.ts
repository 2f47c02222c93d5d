/**
 * A large body whose weight is in one list: its items are parsed and checked one by one, as the
 * handler asks for them, with turns of the event loop in between.
 */
import type { z } from 'zod'
import type { Clock } from '../../../clock.ts'
import type { ErrorDetail } from '../../../errors.ts'
import { type JsonFault, parseJsonStrictly } from '../../../text/json.ts'
import { splitJson } from '../../../text/json-parts.ts'
import { apiError, DETAILS_MAX, invalidInput } from '../../shapes/error-answer.ts'
import { checkPart, parseInput } from '../../shapes/input.ts'
import type { LoopTurns } from '../answers/loop-turns.ts'

/** Of a route whose body may be large. */
export interface PartsSpec {
  /** The member that holds the list. */
  list: string
  item: z.ZodType
  /** An item that passes. */
  itemExample: unknown
  itemsMax: number
  /** Of an item as it was sent. */
  itemBytesMax: number
}

/** How long one body's items are read before others have a turn. */
const TURN_MS = 5

export interface ReadingTurns {
  clock: Pick<Clock, 'monotonic'>
  turns: LoopTurns
}

/** What stands in for a parsed body until a route's schema is there. */
export class BodyParts {
  readonly #items: Buffer[] | null
  readonly #others: Record<string, unknown>
  readonly #spec: PartsSpec
  readonly #reading: ReadingTurns

  /** Throws a 400 for what isn't JSON. */
  constructor(document: Buffer, spec: PartsSpec, reading: ReadingTurns) {
    const split = splitJson(document, spec)
    if (!split.ok) throw faultError(split)
    this.#items = split.items
    this.#others = split.others
    this.#spec = spec
    this.#reading = reading
  }

  /** The body as its schema has it, its list to be read item by item. Throws for the rest of it. */
  check(schema: z.ZodType): unknown {
    const { list, itemExample, itemsMax } = this.#spec
    const items = this.#items
    if (items === null) return parseInput(schema, this.#others)
    const sample = items.slice(0, itemsMax + 1).map(() => itemExample)
    const body = parseInput(schema, { ...this.#others, [list]: sample })
    return { ...(body as object), [list]: this.#read(items) }
  }

  async *#read(items: Buffer[]): AsyncGenerator<unknown> {
    const { clock, turns } = this.#reading
    const mistakes: ErrorDetail[] = []
    let since = clock.monotonic()
    for (const [index, bytes] of items.entries()) {
      if (clock.monotonic() - since > TURN_MS) {
        await turns.next()
        since = clock.monotonic()
      }
      const item = this.#parse(bytes, index)
      const checked = checkPart(this.#spec.item, item, [this.#spec.list, index])
      if ('mistakes' in checked) mistakes.push(...checked.mistakes)
      else if (mistakes.length === 0) yield checked.value
      if (mistakes.length >= DETAILS_MAX) break
    }
    if (mistakes.length > 0) throw invalidInput(mistakes)
  }

  #parse(bytes: Buffer, index: number): unknown {
    const { list, itemBytesMax } = this.#spec
    const path = `${list}[${index}]`
    if (bytes.length > itemBytesMax) {
      const message = `\`${path}\` has ${bytes.length} bytes; at most ${itemBytesMax} are read`
      throw apiError('body_too_large', message, { details: [{ path, message }] })
    }
    const parsed = parseJsonStrictly(bytes.toString('utf8'))
    if (parsed.ok) return parsed.value
    throw faultError(faultIn(path, parsed))
  }
}

export function faultError({ code, message, path }: JsonFault) {
  return code === 'invalid_json' ? apiError(code, message) : invalidInput([{ path, message }])
}

/** The same fault, told from the document's begin. */
function faultIn(place: string, { code, message, path }: JsonFault): JsonFault {
  if (code === 'invalid_json') {
    return { code, path: place, message: message.replace('The body', `\`${place}\``) }
  }
  const whole = path === '' || path.startsWith('[') ? `${place}${path}` : `${place}.${path}`
  return { code, path: whole, message: message.replace(`\`${path}\``, () => `\`${whole}\``) }
}
