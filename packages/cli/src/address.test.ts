import { expect, test } from 'vitest'
import { addressOf } from './address.ts'

test.each([
  ['8311', 'http://localhost:8311/'],
  [':8311', 'http://localhost:8311/'],
  ['8311/path?a=b', 'http://localhost:8311/path?a=b'],
  ['localhost:8311', 'http://localhost:8311/'],
  ['localhost', 'http://localhost/'],
  ['app.localhost:3000/hook', 'http://app.localhost:3000/hook'],
  ['127.1', 'http://127.0.0.1/'],
  ['127.0.0.1:3000', 'http://127.0.0.1:3000/'],
  ['[::1]:3000/hook', 'http://[::1]:3000/hook'],
  ['shop.example/hook', 'https://shop.example/hook'],
  ['http://shop.example:8080/hook', 'http://shop.example:8080/hook'],
])('%s is %s', (typed, href) => expect(addressOf(typed, '--forward-to').href).toBe(href))

test.each([
  ['0', 'is no port'],
  ['70000', 'is no port'],
  ['http://8311', 'a number where a host stands'],
  ['http://8311:80/hook', 'a number where a host stands'],
  ['http://0x2077/hook', 'a number where a host stands'],
  ['ftp://x', 'is no URL'],
  ['mailto:a@b', 'is no URL'],
  ['3000:3000', 'number where a host'],
])('%s is refused', (typed, says) => expect(() => addressOf(typed, '--forward-to')).toThrow(says))
