import type { Given } from '../command.ts'
import { usageError } from '../command-error.ts'
import { nearest } from '../nearest.ts'

const FINISHED = ['exhausted', 'cancelled', 'delivered']

/** Of `--state`, which is repeated, or has commas in it. Throws a usage error of one that is none. */
export function statesOf(given: Given, known: string[] = FINISHED): string[] {
  const states = given.texts('state').flatMap((each) => each.split(','))
  const unknown = states.find((state) => !known.includes(state))
  if (unknown === undefined) return [...new Set(states)]
  const meant = nearest(unknown, known)
  const advice = meant === null ? '' : ` Did you mean "${meant}"?`
  throw usageError(`There is no state "${unknown}".${advice} It is one of ${known.join(', ')}.`)
}
