import {
  GENERATED_SECRET,
  LEAD_BODY,
  signedHeaders,
} from '../../packages/receiver/test/sign-request.ts'
import type { Block } from './page.ts'

/** What a block may use without saying where it comes from (`given="…"`). */
const GIVEN: Record<string, string> = {
  request: `const rawBody = ${JSON.stringify(LEAD_BODY)}, headers = ${JSON.stringify(signedHeaders(LEAD_BODY, GENERATED_SECRET))};`,
}

export function withGiven({ words, page, line }: Block, text: string): string {
  if (words.given === undefined) return text
  const given = GIVEN[words.given]
  if (given === undefined) throw new Error(`${page}:${line}: nobody gives "${words.given}".`)
  return `${given}${text}`
}
