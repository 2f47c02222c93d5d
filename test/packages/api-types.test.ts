import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { API_TYPES_PATH, apiTypesText } from '../../scripts/build-api-types.ts'

test('the dashboard’s types are those of the OpenAPI document (else: npm run types)', () => {
  expect(spelled(readFileSync(API_TYPES_PATH, 'utf8'))).toEqual(spelled(apiTypesText()))
})

/** However the formatter broke the lines. */
function spelled(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/([:=]) \| /g, '$1 ')
}
