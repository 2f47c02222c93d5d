/** A span of time, as the lists take it. */
import type { Given } from './command.ts'
import { usageError } from './command-error.ts'
import { parseTime, TIME_HELP } from './times.ts'

export const SPAN_OPTIONS = {
  since: { type: 'string', value: 'TIME', about: `list: at this time or later: ${TIME_HELP}` },
  until: { type: 'string', value: 'TIME', about: 'list: before this time' },
  from: { type: 'string', value: 'TIME', about: 'list: the same as --since' },
  to: { type: 'string', value: 'TIME', about: 'list: the same as --until' },
} as const

/** The same query, with `from` and `to` of the API. */
export function spanOf(given: Given, query: URLSearchParams): URLSearchParams {
  const spelled = { from: ['since', 'from'], to: ['until', 'to'] } as const
  const asked = new URLSearchParams(query)
  for (const [name, options] of Object.entries(spelled)) {
    const [option, other] = options.filter((each) => given.text(each) !== undefined)
    if (other !== undefined) throw usageError(`--${option} and --${other} are the same: give one.`)
    if (option !== undefined) asked.set(name, parseTime(given.text(option) ?? '', `--${option}`))
  }
  return asked
}
