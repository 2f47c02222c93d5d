/** The document is good enough to make a client from: one is made, compiled and used. */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ServerWorld } from '../support/server-world.ts'

const run = promisify(execFile)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const COMPILER = here('../../node_modules/typescript/bin/tsc')

let world: ServerWorld
beforeAll(async () => {
  world = await ServerWorld.open()
  const response = await fetch(`${world.server.url}/openapi.json`)
  const types = astToString(await openapiTypescript(await response.text()))
  mkdirSync(here('generated'), { recursive: true })
  writeFileSync(here('generated/api.ts'), types)
})
afterAll(() => world?.close())

test('its types let the main way through, and no mistake', async () => {
  const compiling = run(process.execPath, [COMPILER, '-p', here('.')])
  await expect(compiling).resolves.toMatchObject({ stdout: '' })
})

test('a client made from it goes the main way on a real server', async () => {
  const endpoint = await world.receiver.endpoint()
  const { stdout } = await run(process.execPath, [here('whole-way.ts')], {
    env: { API_URL: world.server.url, API_KEY: world.server.adminKey, ENDPOINT: endpoint.url },
  })
  const told = JSON.parse(stdout) as Record<string, unknown>
  expect(told).toMatchObject({
    secret: expect.stringMatching(/^whsec_/),
    byMetadata: [[true], []],
    leads: [[told.leadId, 'Ann']],
    states: ['delivered', 'pending', 'delivered'],
    attempts: [
      [1, 200],
      [2, 200],
    ],
    explanation: expect.stringMatching(/\w/),
    problem: [400, 'invalid_input', 'timeoutSeconds'],
    gone: [404, 'webhook_not_found'],
  })
})
