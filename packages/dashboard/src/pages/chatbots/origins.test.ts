import { expect, test } from 'vitest'
import { missingTwins, readOrigins, tidyOrigins } from './origins.ts'

test.each([
  ['www.example.com/contact', 'https://www.example.com'],
  ['https://www.example.com/contact?x=1#y', 'https://www.example.com'],
  ['example.com', 'https://example.com'],
  ['example.com/', 'https://example.com'],
  ['//example.com/a', 'https://example.com'],
  ['example.com:8443/a', 'https://example.com:8443'],
  ['localhost:3000', 'http://localhost:3000'],
  ['localhost', 'http://localhost'],
  ['shop.localhost/x', 'http://shop.localhost'],
  ['127.0.0.1:5173/', 'http://127.0.0.1:5173'],
  ['[::1]:3000', 'http://[::1]:3000'],
  ['http://intranet/wiki', 'http://intranet'],
  ['HTTPS://Shop.Example:443/', 'https://shop.example'],
  ['http://shop.example:80/', 'http://shop.example'],
  ['münchen.example', 'https://xn--mnchen-3ya.example'],
  ['\u200bhttps://shop.example\u00a0', 'https://shop.example'],
  ['https://shop.example/a,b/*?next=https://other.example', 'https://shop.example'],
])('%s is the site %s, and is shown so', (typed, origin) => {
  expect(readOrigins(typed)).toEqual({ origins: [origin], fault: null })
  expect(tidyOrigins(typed)).toBe(origin)
  // What the server compares with: nothing but an origin is saved.
  expect(new URL(origin).origin).toBe(origin)
})

test.each([
  ['ftp://shop.example', 'is no web page'],
  ['mailto:ann@shop.example', 'is no web page'],
  ['javascript:alert(1)', 'is no web page'],
  ['file:///home/ann/index.html', 'is no web page'],
  ['https://user@shop.example', 'user name'],
  ['ann@shop.example', 'user name'],
  ['*', 'no single site'],
  ['https://*.shop.example', 'no single site'],
  ['a.example, b.example', 'more than one'],
  ['a.example,b.example', 'more than one'],
  ['https://a.example/ https://b.example/', 'more than one'],
  ['https://a.example/https://b.example', 'more than one'],
  ['null', 'is no site'],
  ['shop', 'is no site'],
  ['shop:8080', 'is no site'],
  ['https://', 'is no site'],
  ['shop..example', 'is no site'],
  ['shop.example:99999', 'is no site'],
  [`https://${'x'.repeat(63)}.${'y'.repeat(300)}`, 'is no site'],
])('%s is refused: %s', (typed, why) => {
  const { fault } = readOrigins(`https://fine.example\n\n${typed}`)
  expect(fault).toContain('Line 3:')
  expect(fault).toContain(why)
  // It stays as it was typed, for whoever mends it.
  expect(tidyOrigins(typed)).toBe(typed)
})

test('empty lines, spaces and repeats are no faults', () => {
  const text = ' https://shop.example \n\nlocalhost:3000\nshop.example/contact\n'
  expect(readOrigins(text)).toEqual({
    origins: ['https://shop.example', 'http://localhost:3000'],
    fault: null,
  })
  expect(tidyOrigins(text)).toBe('https://shop.example\n\nhttp://localhost:3000\n')
})

test.each([
  [['https://www.shop.example'], ['https://shop.example']],
  [['https://shop.example:8443'], ['https://www.shop.example:8443']],
  [['https://shop.example', 'https://www.shop.example'], []],
  [['https://app.shop.example', 'http://localhost:3000', 'http://127.0.0.1', 'http://[::1]'], []],
])('of %j the other spelling is offered: %j', (origins, twins) => {
  expect(missingTwins(origins)).toEqual(twins)
})
