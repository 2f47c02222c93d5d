import { expect, test } from 'vitest'
import { readAnswerNote } from './answer-note.ts'

test.each([
  ['{"received":true}', 'acknowledged'],
  ['{"ok":1}', 'acknowledged'],
  [' \n{"success":"yes","id":7}', 'acknowledged'],
  ['{"status":"ok"}', 'acknowledged'],
  ['{"status":"Success"}', 'acknowledged'],
  ['{"status":"received"}', 'acknowledged'],
  ['{"received":true,"error":null}', 'acknowledged'],
  ['{"received":true,"error":false}', 'acknowledged'],
  ['{"received":true,"duplicate":false}', 'acknowledged'],
  ['{"received":false}', 'body_says_failed'],
  ['{"ok":false}', 'body_says_failed'],
  ['{"success":false,"received":true}', 'body_says_failed'],
  ['{"error":"no such user"}', 'body_says_failed'],
  ['{"ok":true,"error":{"code":7}}', 'body_says_failed'],
  ['{"ok":true,"ignored":true}', 'not_processed'],
  ['{"skipped":1}', 'not_processed'],
  ['{"received":true,"duplicate":true}', 'not_processed'],
  ['{"status":"ignored"}', 'not_processed'],
  ['{"status":"duplicate"}', 'not_processed'],
  ['{}', null],
  ['{"message":"hello"}', null],
  ['{"received":0}', null],
  ['{"__proto__":{"ok":true}}', null],
  ['', null],
  ['OK', null],
  ['true', null],
  ['[{"ok":true}]', null],
  ['"ok"', null],
  ['{"ok":tr', null],
  ['<html>{"ok":true}</html>', null],
])('%s is %s', (body, note) => {
  expect(readAnswerNote(200, body)).toBe(note)
})

test('only a 2xx has a note', () => {
  expect(readAnswerNote(204, '{"ok":true}')).toBe('acknowledged')
  for (const status of [199, 302, 400, 500]) {
    expect(readAnswerNote(status, '{"ok":true}')).toBeNull()
  }
})
