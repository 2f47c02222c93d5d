import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { BodyHead } from './body-head.ts'
import { ShownBodies } from './shown-body.ts'

const TEXT = '{"success":false}'

function setup() {
  const clock = manualClock()
  const bodies = new ShownBodies(clock)
  const read = (bytes: Buffer, headers: Record<string, string>) => {
    const head = new BodyHead()
    if ('content-encoding' in headers) head.keepPacked()
    head.add(bytes)
    return bodies.read(head, headers)
  }
  return { clock, read }
}

test('a plain body is text at once; one that is packed is unpacked, and read by its label', async () => {
  const { read } = setup()
  expect(read(Buffer.from(TEXT), {})).toBe(TEXT)
  expect(await read(zlib.gzipSync(TEXT), { 'content-encoding': 'gzip' })).toBe(TEXT)
  const latin1 = zlib.gzipSync(Buffer.from('Zoë', 'latin1'))
  const headers = { 'content-encoding': 'gzip', 'content-type': 'text/plain; charset=latin1' }
  expect(await read(latin1, headers)).toBe('Zoë')
})

test('what is labelled as packed and is not is kept no longer than any other body', () => {
  const { read } = setup()
  const text = read(Buffer.from('x'.repeat(5_000)), { 'content-encoding': 'utf-8' })
  expect(text).toBe('x'.repeat(2_048))
})

test('unpacking has its share of the time: past it nothing is shown, and later again', async () => {
  const { clock, read } = setup()
  const slow = () => {
    const text = read(zlib.gzipSync(TEXT), { 'content-encoding': 'gzip' })
    clock.advance(200) // while it is being unpacked
    return text
  }
  expect([await slow(), await slow(), await slow()]).toEqual([TEXT, TEXT, TEXT])
  expect(await slow()).toBe('')
  clock.advance(2_000)
  expect(await slow()).toBe(TEXT)
})
