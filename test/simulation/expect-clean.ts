/** A stretch of seeds, as one test. */
import { expect } from 'vitest'
import { simulate } from './simulate.ts'

export async function expectClean(first: number, count: number): Promise<void> {
  for (let seed = first; seed < first + count; seed++) {
    const { violation, lines } = await simulate({ seed })
    const story = violation && `seed ${seed}: ${violation.sentence}\n${lines.join('\n')}`
    expect(story).toBeNull()
  }
}
