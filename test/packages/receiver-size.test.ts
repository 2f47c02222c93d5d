/** What a receiver's bundle grows by: each entry point alone, minified and compressed as most servers and npm do. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'

const SOURCES = fileURLToPath(new URL('../../packages/receiver/src/', import.meta.url))
const GZIP_BYTES_MAX = 4608

test.each([
  ['index.ts', '{ createHandler, isLeadEvent, SignatureError, verify }'],
  ['node.ts', '{ createHandler }'],
  ['express.ts', '{ createHandler }'],
  ['fastify.ts', '{ createHandler }'],
  ['fetch.ts', '{ createHandler }'],
  ['hono.ts', '{ createHandler }'],
  ['next.ts', '{ createRouteHandler }'],
  ['next.ts', '{ createPagesHandler }'],
  ['index.ts', '*'],
  ['signature.ts', '*'],
])('%s, of which %s is used, is at most 4608 bytes by gzip', async (entry, names) => {
  const code = await bundle(`export ${names} from '${SOURCES}${entry}'`)
  expect(code.length).toBeGreaterThan(1_000)
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(GZIP_BYTES_MAX)
})

test('what is not used is left out', async () => {
  const code = await bundle(`export { rememberIds } from '${SOURCES}index.ts'`)
  expect(code).not.toContain('signature')
  expect(code.length).toBeLessThan(500)
  expect(await bundle(`import '${SOURCES}index.ts'`)).toBe('')
})

async function bundle(source: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? source : null),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: 'entry', preserveEntrySignatures: 'strict' },
    },
  })
  const [output] = [built].flat() as Rolldown.RolldownOutput[]
  const [{ code }] = output?.output ?? [{ code: '' }]
  return code.trim()
}
