/** The recorded spellings are what the languages write: asked again wherever they are installed. */
import { afterAll, expect, test } from 'vitest'
import { nameMissing } from '../support/runtimes.ts'
import { readRecorded, versionOf, WRITERS, writeWith } from './writers.ts'

const { bodies, written } = readRecorded()
const missing = new Map<string, string>()
afterAll(() => nameMissing('JSON of other languages was', missing))

test('every writer was recorded', () => {
  expect(Object.keys(written)).toEqual(Object.keys(WRITERS))
})

test.each(Object.entries(WRITERS))('%s writes what was recorded', (name, writer) => {
  const version = versionOf(writer)
  if (version === null) return void missing.set(name, writer.runtime) // Named at the end.
  expect(writeWith(version.command, writer, bodies)).toEqual(written[name]?.texts)
})
