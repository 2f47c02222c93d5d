import { describe, expect, test } from 'vitest'
import { connectFailure, dnsFailure, exchangeFailure, timedOut } from './failure.ts'

function tried(...attempts: [ip: string, code: string][]) {
  return connectFailure(attempts.map(([ip, code]) => ({ ip, code })))
}

describe('a connection that could not be opened', () => {
  test.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'EPERM'])('for %s is our fault', (code) => {
    expect(tried(['192.0.2.1', 'ECONNREFUSED'], ['192.0.2.2', code])).toEqual({
      kind: 'our-fault',
      message: `This server could not open a connection (${code})`,
    })
  })

  test.each(['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL'])(
    'for %s at every address is our fault',
    (code) => {
      expect(tried(['192.0.2.1', code], ['2001:db8::1', code]).kind).toBe('our-fault')
    },
  )

  test('is what the endpoint did, where one address got that far', () => {
    expect(tried(['192.0.2.1', 'ECONNREFUSED'], ['2001:db8::1', 'ENETUNREACH'])).toEqual({
      kind: 'unreachable',
      fault: 'connect',
      message: 'The connection was refused (ECONNREFUSED)',
    })
    expect(tried(['2001:db8::1', 'ENETUNREACH'], ['192.0.2.1', 'EHOSTUNREACH'])).toMatchObject({
      message: 'The host cannot be reached (EHOSTUNREACH)',
    })
  })

  test('to a host with IPv6 only, from a machine without, is charged to the endpoint', () => {
    expect(tried(['2001:db8::1', 'ENETUNREACH'], ['2001:db8::2', 'ENETUNREACH'])).toEqual({
      kind: 'unreachable',
      fault: 'connect',
      message:
        'The host has IPv6 addresses only, and this server has no IPv6 network (ENETUNREACH)',
    })
  })

  test('for a reason nobody thought of still gets a sentence with its code', () => {
    expect(tried(['192.0.2.1', 'EWEIRD'])).toMatchObject({
      message: 'The connection could not be opened (EWEIRD)',
    })
  })
})

test('other faults get a sentence with their code too', () => {
  expect(dnsFailure('EWEIRD', false)).toMatchObject({
    fault: 'dns',
    message: 'The host name does not resolve (EWEIRD)',
  })
  const weird = Object.assign(new Error('weird'), { code: 'EWEIRD' })
  expect(exchangeFailure(weird)).toMatchObject({
    fault: 'reset',
    message: 'The connection broke before an answer came (EWEIRD)',
  })
  expect(timedOut(1_500, 'why')).toMatchObject({ message: 'No answer within 1.5 s: why' })
})
