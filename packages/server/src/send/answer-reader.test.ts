import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ANSWERS } from '../../../../test/differential/answers.ts'
import { AnswerReader } from './answer-reader.ts'
import { BodyHead } from './body-head.ts'

/** All at once; then, if it is said, the connection's end. */
function readAll(text: string, { ends = false } = {}) {
  return readPieces([Buffer.from(text, 'latin1')], ends)
}

function readPieces(pieces: readonly Buffer[], ends: boolean) {
  const body = new BodyHead()
  const reader = new AnswerReader(body)
  for (const piece of pieces) reader.read(piece)
  if (ends) reader.end()
  const { phase, hasSurplus, fault } = reader
  const isAnswer = phase !== 'head' && phase !== 'faulty'
  return {
    phase,
    hasSurplus,
    cause: fault?.cause ?? null,
    body: body.kept.bytes.toString(),
    status: isAnswer ? reader.status : 0,
    headers: isAnswer ? { ...reader.headers } : {},
    isExact: phase === 'ended' && reader.isExact,
    closes: isAnswer && reader.closes,
    keepAliveMs: isAnswer ? reader.keepAliveMs : null,
  }
}

/** Cuts it after each of these bytes. */
function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

const OK = 'HTTP/1.1 200 OK\r\n'
const ENDED = { phase: 'ended', status: 200, hasSurplus: false }

describe('the verdict is the same wherever the bytes are cut', () => {
  const pieces = fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 103 X\r\n',
    'http/1.0 204\n',
    '\r\n',
    '\n',
    '\r',
    ' ',
    '\t',
    'Content-Length: 2\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    'X-A',
    '2\r\nok\r\n',
    '0\r\n\r\n',
    '2;a=b\r\n',
    'f',
    'ok',
    ':',
    '\0',
    '\0\0\x12\x04',
    '\x15',
    '\xff',
    'HTTP/',
    'HTT',
    '200',
    'x'.repeat(300),
    'X-B: b\r\n'.repeat(40),
  )
  const anyAnswer = fc.oneof(
    fc.constantFrom(...ANSWERS.map(({ text }) => text).filter(({ length }) => length < 20_000)),
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )

  test('of whatever comes', () => {
    fc.assert(
      fc.property(
        anyAnswer,
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.boolean(),
        (text, cuts, ends) => {
          const bytes = Buffer.from(text, 'latin1')
          expect(readPieces(cutAt(bytes, cuts), ends)).toEqual(readPieces([bytes], ends))
        },
      ),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 1_000) },
    )
  })

  // In pieces no head is known from before; whole, the second time it is.
  test.each(ANSWERS)('byte by byte, at once, and once more: $name', ({ text }) => {
    const bytes = Buffer.from(text.slice(0, 20_000), 'latin1')
    const single = Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1))
    const verdict = readPieces(single, true)
    expect(readPieces([bytes], true)).toEqual(verdict)
    expect(readPieces([bytes], true)).toEqual(verdict)
  })

  test('a head that is known from before has its own body each time, or none', () => {
    const head = `${OK}Content-Length: 2\r\nX-Twice: 1\r\n\r\n`
    for (const body of ['ab', 'cd', 'e', 'fgh']) {
      expect(readAll(head + body)).toMatchObject({
        phase: body.length < 2 ? 'body' : 'ended',
        body: body.slice(0, 2),
        isExact: body.length === 2,
        hasSurplus: body.length > 2,
        headers: { 'content-length': '2', 'x-twice': '1' },
      })
    }
    const interim = `HTTP/1.1 103 X\r\n\r\n${head}ok`
    expect([readAll(interim), readAll(interim)]).toMatchObject([ENDED, ENDED])
  })
})

describe('an exact answer', () => {
  test.each([
    [`${OK}Content-Length: 2\r\n\r\nok`, 'ok'],
    [`${OK}content-length:2\r\nX-A: \r\n\r\nok`, 'ok'],
    [`${OK}Content-Length: 0\r\n\r\n`, ''],
    [
      `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\nA\r\n0123456789\r\n0\r\n\r\n`,
      'ok0123456789',
    ],
    [`HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`, 'ok'],
    [`HTTP/1.1 103 X\r\nLink: </a>\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`, 'ok'],
  ])('is one by the book, to its last byte: %j', (text, body) => {
    expect(readAll(text)).toMatchObject({ ...ENDED, isExact: true, body })
  })

  test.each(['HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n'])(
    'may have no body: %j',
    (text) => expect(readAll(text)).toMatchObject({ phase: 'ended', status: 204, isExact: true }),
  )

  test('is none with a byte behind it, in the same chunk or later', () => {
    const text = `${OK}Content-Length: 2\r\n\r\nok`
    expect(readAll(`${text}\n`)).toMatchObject({ ...ENDED, hasSurplus: true, isExact: false })
    const later = readPieces([Buffer.from(text), Buffer.from('H')], false)
    expect(later).toMatchObject({ ...ENDED, hasSurplus: true, isExact: false })
  })

  test('tells whether and how long the connection is kept', () => {
    const kept = readAll(`${OK}Keep-Alive: timeout=5, max=100\r\nContent-Length: 0\r\n\r\n`)
    expect(kept).toMatchObject({ closes: false, keepAliveMs: 5_000, isExact: true })
    for (const value of ['close', 'Close', 'x, close', 'close,x']) {
      const closing = readAll(`${OK}Connection: ${value}\r\nContent-Length: 0\r\n\r\n`)
      expect(closing).toMatchObject({ closes: true, keepAliveMs: null })
    }
    expect(readAll(`${OK}Connection: closed\r\nContent-Length: 0\r\n\r\n`).closes).toBe(false)
  })

  /** Each is read, with its status and body, and none may lead to another request. */
  test.each([
    'HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok',
    'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    '\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.1 200 O\0K\r\nContent-Length: 2\r\n\r\nok',
    `${OK}X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok`,
    `${OK}X-A : b\r\nContent-Length: 2\r\n\r\nok`,
    `${OK}X-A\r\nContent-Length: 2\r\n\r\nok`,
    `${OK}X-A: b\rc\r\nContent-Length: 2\r\n\r\nok`,
    `${OK}X-A: b\0c\r\nContent-Length: 2\r\n\r\nok`,
    `${OK}Content-Length : 2\r\n\r\nok`,
    `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`,
    `${OK}Content-Length: 2, 2\r\n\r\nok`,
    `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`,
    `${OK}Content-Length: +2\r\n\r\nok`,
    `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n2 \r\nok\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-A: b\r\n\r\n`,
    `HTTP/1.1 100 Continue\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
    `HTTP/1.1 103 X\r\nLink : </a>\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
    `HTTP/1.1 103 X\r\nConnection: close\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
    `HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
    `HTTP/1.0 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
  ])('is not this one, though its status counts: %j', (text) => {
    expect(readAll(text)).toMatchObject({ ...ENDED, isExact: false, body: 'ok' })
  })

  test.each([
    'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n',
    'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n',
  ])('is none that has no body and says that it has one: %j', (text) => {
    expect(readAll(text)).toMatchObject({ phase: 'ended', isExact: false })
  })

  test('is none whose end is the end of the connection', () => {
    expect(readAll(`${OK}\r\nok`)).toMatchObject({ phase: 'body', isExact: false })
    const ended = readAll(`${OK}\r\nok`, { ends: true })
    expect(ended).toMatchObject({ ...ENDED, isExact: false, body: 'ok' })
  })
})

describe('what is read of a head', () => {
  test('a folded line is one value', () => {
    const { headers } = readAll(`${OK}X-A: b\r\n\t c \r\nX-A: d\r\n e\r\n\r\n`)
    expect(headers).toEqual({ 'x-a': ['b c', 'd e'] })
  })

  test('no name can reach beyond the headers', () => {
    const { headers } = readAll(`${OK}__proto__: a\r\nconstructor: b\r\n\r\n`)
    expect(Object.entries(headers)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
  })

  test('what is no character is a space', () => {
    const { headers } = readAll(`${OK}X-A: b\0c\x01d\x7f\r\nX\0B: \xe9\r\n\r\n`)
    expect(headers).toEqual({ 'x-a': 'b c d', 'x b': '\xe9' })
  })
})

describe('bounds', () => {
  const line = `x-long: ${'v'.repeat(40)}\r\n`

  test('a head past 16 KiB counts by its status and is read no further', () => {
    const read = readAll(OK + line.repeat(1_000))
    expect(read).toMatchObject({ phase: 'cut', status: 200, isExact: false })
    expect(readAll(`HTTP/1.1 503 ${'x'.repeat(20_000)}`)).toMatchObject({
      phase: 'cut',
      status: 503,
    })
    expect(readAll(OK + line.repeat(300))).toMatchObject({ phase: 'head' })
  })

  test.each([
    ['empty lines', '\r\n'.repeat(8_193), 'empty-lines'],
    ['spaces', ' '.repeat(16_385), 'empty-lines'],
    ['a version without end', `HTTP/1.${'1'.repeat(20_000)}`, 'no-status'],
    ['101 interim answers', 'HTTP/1.1 103 X\r\n\r\n'.repeat(101), 'interim-flood'],
    [
      'interim answers of 300 KB',
      `HTTP/1.1 103 X\r\n${line.repeat(60)}\r\n`.repeat(99),
      'interim-flood',
    ],
    [
      'interim answers of 1,000 lines',
      `HTTP/1.1 103 X\r\n${'a:\n'.repeat(100)}\n`.repeat(10),
      'interim-flood',
    ],
    ['one interim answer without end', `HTTP/1.1 103 X\r\n${line.repeat(400)}`, 'interim-flood'],
    [
      'empty lines behind interim answers',
      `HTTP/1.1 103 X\r\n\r\n${'\n'.repeat(17_000)}`,
      'interim-flood',
    ],
  ])('%s end in a fault', (_name, text, cause) => {
    expect(readAll(text)).toMatchObject({ phase: 'faulty', cause, status: 0 })
  })

  test('a hundred interim answers are borne', () => {
    const text = 'HTTP/1.1 103 X\r\n\r\n'.repeat(100) + withLength('ok')
    expect(readAll(text)).toMatchObject({ ...ENDED, isExact: true, body: 'ok' })
  })

  test.each([
    ['with a length', `${OK}Content-Length: 99999999\r\n\r\n`, 'x'],
    ['without', `${OK}\r\n`, 'x'],
    ['in chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n`, `64\r\n${'x'.repeat(100)}\r\n`],
    ['of extensions', `${OK}Transfer-Encoding: chunked\r\n\r\n1;`, 'a=b;'],
    ['of trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n`, `x: ${'y'.repeat(100)}\r\n`],
  ])('a body %s is read to 64 KiB as it is framed', (_name, head, piece) => {
    const room = 64 * 1024 - piece.length
    const within = head + piece.repeat(Math.floor(room / piece.length))
    expect(readAll(within)).toMatchObject({ phase: 'body', status: 200 })
    expect(readAll(within + piece.repeat(2))).toMatchObject({ phase: 'cut', status: 200 })
  })

  test.each([
    ['chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n'],
    ['trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n`, 'x: y\r\n'],
    ['header lines', OK, 'x:y\n'],
  ])('a thousand %s are read, and no more', (_name, head, piece) => {
    expect(readAll(head + piece.repeat(990))).toMatchObject({
      phase: expect.stringMatching(/d$|y$/),
    })
    expect(readAll(head + piece.repeat(1_010))).toMatchObject({ phase: 'cut', status: 200 })
  })

  test('a body of just 64 KiB is whole', () => {
    expect(readAll(withLength('x'.repeat(64 * 1024)))).toMatchObject({ ...ENDED, isExact: true })
  })
})

function withLength(body: string): string {
  return `${OK}Content-Length: ${body.length}\r\n\r\n${body}`
}

test('no bytes cost more than their number', () => {
  const many = (piece: string) =>
    Buffer.from(piece.repeat(Math.ceil(2 ** 18 / piece.length)), 'latin1')
  for (const piece of [
    '\r\n',
    ' ',
    'HTTP/1.1 103 X\r\n\r\n',
    'a:\n',
    ' \n',
    '1\r\nx\r\n',
    '\0',
    'H',
  ]) {
    for (const head of ['', OK, `${OK}Transfer-Encoding: chunked\r\n\r\n`, `${OK}X-A: b\r\n`]) {
      const bytes = Buffer.concat([Buffer.from(head), many(piece)])
      const startedAt = performance.now()
      readPieces([bytes], false)
      readPieces(
        Array.from(bytes.subarray(0, 20_000), (byte) => Buffer.of(byte)),
        false,
      )
      expect(performance.now() - startedAt, JSON.stringify(head + piece)).toBeLessThan(500)
    }
  }
})
