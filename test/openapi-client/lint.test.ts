/** The document, read by a linter that other people's tools are built on. */
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, test } from 'vitest'
import { openApiDocument } from '../../packages/server/src/api/document/openapi.ts'
import { describedRoutes } from '../../packages/server/test/api/documented.ts'

async function problemsOf(change: (document: Record<string, unknown>) => unknown = () => {}) {
  const document = openApiDocument(describedRoutes(), {
    // The rules refuse a server at localhost, which is where every server of a test is.
    publicUrl: 'https://webhooks.chatbots.test',
    version: '0.1.0',
  })
  const copy = JSON.parse(JSON.stringify(document)) as Record<string, unknown>
  change(copy)
  // Every warning is an error here, those about examples that their schema refuses among them.
  const config = await createConfig({ extends: ['recommended-strict'] })
  const problems = await lintFromString({ source: JSON.stringify(copy), config })
  return problems.map(({ ruleId, message, location }) => {
    return `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`
  })
}

test('a linter has nothing to say about the document', async () => {
  expect(await problemsOf()).toEqual([])
})

test('the linter would say so if an example were not what its schema says', async () => {
  const problems = await problemsOf((document) => {
    const text = JSON.stringify(document.paths).replaceAll('"timeoutSeconds":10}', '"timeout":10}')
    document.paths = JSON.parse(text)
  })
  expect(problems.join()).toContain('no-invalid-media-type-examples')
})
