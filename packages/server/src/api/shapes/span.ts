import { invalidInput } from './error-answer.ts'

/** A span that ends before it begins is a mistake, not an empty answer. */
export function refuseEmptySpan(
  span: { from?: number; to?: number },
  names: { from: string; to: string } = { from: 'from', to: 'to' },
) {
  if (span.from === undefined || span.to === undefined || span.from < span.to) return
  const message = `\`${names.to}\` must be later than \`${names.from}\``
  throw invalidInput([{ path: names.to, message }])
}
