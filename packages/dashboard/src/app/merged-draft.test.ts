import { expect, test } from 'vitest'
import { beginDraft, changeDraft, chooseDraft, mergeDraft } from './merged-draft.ts'

const SAVED = { name: 'A', greeting: 'Hi', sites: ['a'] }

test('what nobody touched follows what is saved, and what was typed stays', () => {
  const typed = changeDraft(beginDraft(SAVED, '1'), { greeting: 'Hello' })
  const merged = mergeDraft(typed, { ...SAVED, name: 'B' }, '2')
  expect(merged).toMatchObject({ version: '2', draft: { name: 'B', greeting: 'Hello' } })
  expect([merged.collisions, merged.followed]).toEqual([[], ['name']])
})

test('a field that both have changed keeps what was typed, and tells of both', () => {
  const typed = changeDraft(beginDraft(SAVED, '1'), { greeting: 'Hello', sites: ['b'] })
  const merged = mergeDraft(typed, { ...SAVED, greeting: 'Welcome', sites: ['b'] }, '2')
  expect(merged.draft).toEqual({ ...SAVED, greeting: 'Hello', sites: ['b'] })
  const collision = { name: 'greeting', mine: 'Hello', theirs: 'Welcome', isChosen: false }
  expect(merged.collisions).toEqual([collision])
  const taken = chooseDraft(merged, 'greeting', 'theirs')
  const chosen = { ...collision, isChosen: true }
  expect([taken.draft.greeting, taken.collisions]).toEqual(['Welcome', [chosen]])
  expect(chooseDraft(taken, 'greeting', 'mine').draft.greeting).toBe('Hello')
  const later = mergeDraft(taken, { ...SAVED, greeting: 'Later', sites: ['b'] }, '3')
  expect(later.draft.greeting).toBe('Later')
  expect(later.collisions).toEqual([{ ...chosen, theirs: 'Later' }])
  const typedOn = changeDraft(merged, { greeting: 'Hello!' })
  expect(typedOn.collisions).toEqual([{ ...collision, mine: 'Hello!' }])
  const again = mergeDraft(typedOn, { ...SAVED, greeting: 'Welcome!', sites: ['b'] }, '3')
  expect(again.collisions).toEqual([{ ...collision, mine: 'Hello!', theirs: 'Welcome!' }])
})

test('another version of the same settings changes nothing', () => {
  const typed = changeDraft(beginDraft(SAVED, '1'), { name: 'B' })
  expect(mergeDraft(typed, { ...SAVED }, '2')).toEqual({ ...typed, version: '2' })
})
