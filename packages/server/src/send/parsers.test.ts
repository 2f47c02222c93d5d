import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLinear } from '../../test/linear-time.ts'
import { readAnswerNote } from './answer-note.ts'
import { BodyHead } from './body-head.ts'
import { decodeBody } from './decode-body.ts'
import { createGuard, isLocalhost } from './guard.ts'
import { parseHosts } from './hosts-file.ts'
import { parseRetryAfter } from './retry-after.ts'

const NOW_MS = Date.UTC(2026, 8, 14, 9, 30)
const DAY_MS = 86_400_000
const anyText = fc.string({ unit: 'binary', maxLength: 80 })

test('Retry-After of any text is null, or a wait of at most a day', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const waitMs = parseRetryAfter(text, NOW_MS)
      if (waitMs === null) return
      expect(waitMs).toBeGreaterThanOrEqual(0)
      expect(waitMs).toBeLessThanOrEqual(DAY_MS)
    }),
  )
})

test('Retry-After in seconds and as a date of the same instant are the same wait', () => {
  fc.assert(
    fc.property(fc.nat(86_400), (seconds) => {
      const date = new Date(NOW_MS + seconds * 1_000).toUTCString()
      expect(parseRetryAfter(String(seconds), NOW_MS)).toBe(seconds * 1_000)
      expect(parseRetryAfter(date, NOW_MS)).toBe(seconds * 1_000)
    }),
  )
  expect(parseRetryAfter('9'.repeat(1_000), NOW_MS)).toBe(DAY_MS)
})

test('the head of a body is the same however it was cut into chunks', () => {
  fc.assert(
    fc.property(anyText, fc.nat(40), fc.integer({ min: 1, max: 700 }), (piece, times, size) => {
      // Such a beginning says that it is another encoding, or is no part of the text.
      fc.pre(!/^(?:\ufeff|\0|[^\0]\0)/u.test(piece))
      const bytes = Buffer.from(piece.repeat(times))
      const head = new BodyHead()
      for (let at = 0; at < bytes.length; at += size) head.add(bytes.subarray(at, at + size))
      const whole = bytes.toString()
      const text = decodeBody(head.kept, '')
      expect(whole.startsWith(text)).toBe(true)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048)
      if (bytes.length <= 2_048) expect(text).toBe(whole)
      else expect(Buffer.byteLength(text)).toBeGreaterThan(2_048 - 4)
    }),
  )
})

test('the head of any bytes is text, cut or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 5_000 }), (bytes) => {
      const head = new BodyHead()
      head.add(Buffer.from(bytes))
      expect(decodeBody(head.kept, '').isWellFormed()).toBe(true)
    }),
  )
})

test('a note is taken from an object or a page of a 2xx only, whatever the body is', () => {
  fc.assert(
    fc.property(fc.nat(700), fc.oneof(anyText, fc.json()), (status, body) => {
      const note = readAnswerNote(status, body, undefined)
      if (note === null) return
      expect(status >= 200 && status <= 299).toBe(true)
      if (note !== 'web_page') expect(JSON.parse(body)).toBeTypeOf('object')
      else expect(body.trim()).toMatch(/^</)
    }),
  )
  for (const key of ['__proto__', 'constructor', 'toString']) {
    expect(readAnswerNote(200, `{"${key}":{"received":true}}`, undefined)).toBeNull()
  }
})

test('a table of hosts gives back what was written, and addresses only', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/)
  const row = fc.tuple(
    fc.oneof(fc.ipV4(), fc.ipV6()),
    fc.array(name, { minLength: 1, maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), anyText, (rows, junk) => {
      const comment = `# ${junk.replaceAll('\n', '')}`
      const lines = rows.map(
        ([ip, names]) => `\t${ip}  ${names.join(' ').toUpperCase()} ${comment}`,
      )
      const table = parseHosts(lines.join('\n'))
      for (const [ip, names] of rows) for (const one of names) expect(table.get(one)).toContain(ip)
      for (const ips of parseHosts(junk).values())
        for (const ip of ips) expect(isIP(ip)).not.toBe(0)
    }),
  )
})

test('the guard says its word on any URL, and opens no scheme but two', () => {
  const guard = createGuard({ allow: ['0.0.0.0/0', '::/0'], allowLoopback: true })
  const strict = createGuard({ allow: [], allowLoopback: false })
  const host = fc.oneof(
    fc.ipV4(),
    fc.ipV4Extended(),
    fc.ipV6().map((ip) => `[${ip}]`),
    fc.domain(),
  )
  fc.assert(
    fc.property(fc.constantFrom('http', 'https', 'ftp', 'ws'), host, (scheme, given) => {
      const text = `${scheme}://${given}/`
      if (!URL.canParse(text)) return
      const url = new URL(text)
      if (!scheme.startsWith('http')) expect(guard.checkUrl(url)?.reason).toBe('scheme')
      // What is allowed nothing is refused whatever a wider guard refuses.
      if (guard.checkUrl(url) !== null) expect(strict.checkUrl(url)).not.toBeNull()
      expect(strict.checkUrl(new URL(url.href))).toEqual(strict.checkUrl(url))
    }),
    { numRuns: 2_000 },
  )
})

test('long text is read once', () => {
  expectLinear(['1', ' ', '-', 'Sun, '], (text) => parseRetryAfter(text, NOW_MS))
  expectLinear(
    [' ', '{', '\t{', '[', '{"a":', '<', '<!--', '<!---->', '<?', '<? ?> ', '<a '],
    (text) => readAnswerNote(200, text, 'text/html'),
  )
  expectLinear(['127.0.0.1 ', '#', ' ', 'a ', '1.1.1.1 a\n'], parseHosts)
  expectLinear(['localhost.', 'a.', '.', 'a'], isLocalhost)
})
