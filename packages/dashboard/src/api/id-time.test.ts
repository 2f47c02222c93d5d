import { expect, test } from 'vitest'
import { idTime } from './id-time.ts'

test('an id tells when it was made', () => {
  // The one of the documentation's examples, made together with its instant.
  const at = idTime('lead_01m2fm1ck8efpbc1sjm4cznf7y') ?? 0
  expect(new Date(at).toISOString().slice(0, 10)).toBe('2026-09-14')
})

test.each(['lead_1', '', 'lead_01m2fm1ck8efpbc1sjm4cznf7', 'lead_uuuuuuuuuuefpbc1sjm4cznf7y'])(
  '%j is none',
  (id) => expect(idTime(id)).toBeNull(),
)
