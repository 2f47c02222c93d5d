import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const KNOWN = ['serve', 'backup', 'restore', 'migrate', 'keys', 'erase', 'with-keys', 'from']

test.each([
  ['serv', 'serve'],
  ['sevre', 'serve'],
  ['bakcup', 'backup'],
  ['backups', 'backup'],
  ['restor', 'restore'],
  ['mig', 'migrate'],
  ['key', 'keys'],
  ['form', 'from'],
  ['with-key', 'with-keys'],
])('%s is %s', (word, meant) => {
  expect(nearest(word, KNOWN)).toBe(meant)
})

test.each(['deploy', 'x', '', 'shred', 'port'])('%j is nothing that we know', (word) => {
  expect(nearest(word, KNOWN)).toBeNull()
})
