import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describedRoutes } from '../../packages/server/test/api/documented.ts'

const PAGES = fileURLToPath(new URL('../../packages/dashboard/src/pages', import.meta.url))
/** First segments that the server has or will have for others. */
const RESERVED = ['api', 'assets', 'chat', 'docs', 'healthz', 'metrics', 'openapi.json', 'readyz']

test('no page of the dashboard has the name of a route: a reload would lead elsewhere', () => {
  const routes = describedRoutes().map(({ path }) => path.split('/')[1])
  const taken = new Set([...RESERVED, 'widget', 'widget.js', ...routes])
  const pages = readdirSync(PAGES)
  expect(pages.length).toBeGreaterThan(2)
  expect(pages.filter((name) => taken.has(name))).toEqual([])
})
