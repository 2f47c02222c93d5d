import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLinear } from '../../../test/linear-time.ts'
import { URL_LENGTH_MAX, urlFault } from './webhook-url.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 80 })
const nearlyUrl = fc
  .tuple(
    fc.constantFrom(
      'http:',
      'HTTPS:',
      'https:/',
      'http://',
      'https://',
      'ftp://',
      'javascript:',
      '',
    ),
    fc.oneof(
      fc.webUrl().map((url) => url.slice(8)),
      fc.ipV6().map((ip) => `[${ip}]`),
      anyText,
    ),
    fc.oneof(fc.constant(''), anyText),
  )
  .map((parts) => parts.join(''))

test('a URL that is taken is one, of http, with a host, and is not repaired on the way', () => {
  let taken = 0
  fc.assert(
    fc.property(fc.oneof(nearlyUrl, fc.webUrl(), anyText), (text) => {
      if (urlFault(text) !== null) return
      taken += 1
      const url = new URL(text)
      expect(url.protocol).toMatch(/^https?:$/)
      expect(url.hostname).not.toBe('')
      expect(url.hash).toBe('')
      expect(text.length).toBeLessThanOrEqual(URL_LENGTH_MAX)
      expect(text).not.toMatch(/[\s\\#]/u)
      // What is stored is what was meant: the parser's spelling of it is taken too, and is stable.
      expect(urlFault(url.href)).toBeNull()
      expect(new URL(url.href).href).toBe(url.href)
    }),
    { numRuns: 5_000 },
  )
  expect(taken).toBeGreaterThan(1_000)
})

test('a web URL without a fragment is taken', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
      if (url.length <= URL_LENGTH_MAX) expect(urlFault(url)).toBeNull()
    }),
  )
})

test('long text is read once', () => {
  expectLinear(['a', 'http://', ':', '%', '@', 'a.', '/', '+.-'], urlFault)
})
