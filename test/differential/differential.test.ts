/** Some two hundred answers, and what others see in them: where three do, so must we. */
import { expect, onTestFinished, test } from 'vitest'
import { ANSWERS } from './answers.ts'
import { ourResults, statusOf } from './ours.ts'
import { startRawServer } from './raw-server.ts'
import { hashOf, majority, readTable } from './table.ts'

const table = readTable()

/** What is no answer to us: the sentence says what it is instead. */
const SENTENCES: Record<string, RegExp> = {
  'status line: no status': /^The answer has no status: it begins with "HTTP\/1.1 OK"$/,
  'status line: status 000': /must be from 100 to 599, in "HTTP\/1.1 000 X"$/,
  'interim answers: 101': /^The answer switches to another protocol \(101\)/,
  'interim answers: 100 and nothing': /^The connection was closed before an answer came$/,
  'no answer: no empty line': /^The connection was closed before an answer came$/,
  'no answer: HTTP/0.9': /^What answers is not HTTP\/1.1: it begins with "<html>ok<\/html>"$/,
  'no answer: a banner of SSH':
    /^What answers is not HTTP\/1.1: it begins with "SSH-2.0-OpenSSH_9.6/,
  'no answer: a frame of HTTP/2': /^The endpoint speaks HTTP\/2 only/,
  'no answer: an alert of TLS': /^The port speaks TLS: use https:/,
}

test('the table is of these answers, by clients that have a version', () => {
  expect(ANSWERS.length).toBeGreaterThanOrEqual(100)
  expect(new Set(ANSWERS.map(({ name }) => name)).size).toBe(ANSWERS.length)
  const rows = table.rows.map(({ name, bytes }) => ({ name, bytes }))
  const answers = ANSWERS.map((answer) => ({ name: answer.name, bytes: hashOf(answer) }))
  expect(rows, 'run npm run differential').toEqual(answers)
  expect(table.clients.map(({ name }) => name.split(' ')[0])).toEqual([
    'curl',
    'Python',
    'Go',
    'Node',
    'Node',
  ])
  for (const { version } of table.clients) expect(version).toMatch(/\d+\.\d+/)
})

test('where three of curl, Python, Go and Node see a status, the server sees it', async () => {
  const server = await startRawServer(ANSWERS)
  onTestFinished(() => server.close())
  const results = await ourResults(ANSWERS.map((_answer, index) => server.urlOf(index)))
  const seenByMost = table.rows.filter((row) => majority(table, row) > 0)
  expect(seenByMost.length).toBeGreaterThan(100)
  for (const [index, row] of table.rows.entries()) {
    const result = results[index]
    const status = result ? statusOf(result) : 0
    if (majority(table, row) > 0) expect(status, row.name).toBe(majority(table, row))
    const sentence = SENTENCES[row.name]
    if (sentence)
      expect(result, row.name).toMatchObject({ message: expect.stringMatching(sentence) })
  }
})
