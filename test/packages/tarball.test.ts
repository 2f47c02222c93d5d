/** What is published, used as a stranger would use it: from a tarball, in an empty folder. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  COMPILER,
  copyRepository,
  installIn,
  node,
  npm,
  pack,
  strangerEnv,
  TYPE_ROOT,
  type Workspace,
} from './package-copy.ts'

const run = promisify(execFile)
const NOT_PUBLISHED = /\.test\.|(?<!\.d)\.ts$|tsconfig|conformance|^src/
const INSTALL_TIMEOUT_MS = 180_000

const VECTOR = {
  secret: 'whsec0000000000000000000000000001',
  body: '{"eventType":"lead.submit","chatbotId":"bot_1","payload":{"conversationId":"c1","customerEmail":"a@b.co","customerName":"Ann","customerPhone":"+254700000000"}}',
  signature: '8b0fdf3ceb6cc6f34cf4ed62ff6a418e4da8fa0d',
}

let workspace: Workspace
beforeAll(async () => {
  workspace = await copyRepository()
})
afterAll(() => workspace.remove())

describe('packing the receiver', () => {
  test('leaves its sources as they were', async () => {
    const { packageDir, sources } = await setup('receiver')
    await pack(packageDir, workspace.dir)
    expect(await sources()).toEqual(sources.before)
  })

  test('that fails after the build leaves them as they were too', async () => {
    const { packageDir, sources } = await setup('receiver')
    await expect(pack(packageDir, join(workspace.dir, 'no', 'such', 'folder'))).rejects.toThrow()
    await vi.waitFor(async () => expect(await sources()).toEqual(sources.before), 10_000)
  })

  test('that fails in the build leaves them as they were, and says what is wrong', async () => {
    const { packageDir, sources } = await setup('receiver')
    const path = join(packageDir, 'src/event.ts')
    const text = await readFile(path, 'utf8')
    await writeFile(path, `${text}\nexport const broken: number = 'five'\n`)
    await expect(pack(packageDir, workspace.dir)).rejects.toThrow(/event\.ts.*error TS2322/)
    await writeFile(path, text)
    expect(await sources()).toEqual(sources.before)
  })

  test('that was cut short twice can still be undone', async () => {
    const { packageDir, sources } = await setup('receiver')
    const script = join(workspace.repository, 'scripts/pack.ts')
    for (let times = 0; times < 2; times++) {
      await node(packageDir, [script, 'prepare'])
      expect(await sources()).not.toEqual(sources.before)
    }
    await node(packageDir, [script, 'restore'])
    expect(await sources()).toEqual(sources.before)
  })
})

describe('the receiver package', () => {
  let app: string
  beforeAll(async () => {
    app = join(workspace.dir, 'receiver app')
    await installIn(app, ['--offline'], [await tarballOf('receiver')])
  })

  test('has no dependencies, no tests and no TypeScript but its declarations', async () => {
    expect(await readdir(join(app, 'node_modules'))).toEqual(['.package-lock.json', '@chatzuri'])
    const files = await readdir(join(app, 'node_modules/@chatzuri/webhooks'), { recursive: true })
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js']))
    expect(files.filter((path) => NOT_PUBLISHED.test(path))).toEqual([])
  })

  test('verifies a vector, as a module and from CommonJS', async () => {
    const use = (load: string) => `
      const { verify } = ${load}
      const { secret, body, signature } = ${JSON.stringify(VECTOR)}
      verify(body, { "x-chatzuri-signature": signature }, secret, { require: "guide" }).then(
        (event) => console.log(event.payload.customerName),
        (error) => console.log(error.code),
      )`
    await writeFile(join(app, 'use.mjs'), use("await import('@chatzuri/webhooks')"))
    await writeFile(join(app, 'use.cjs'), use("require('@chatzuri/webhooks')"))
    for (const file of ['use.mjs', 'use.cjs']) {
      expect((await node(app, [file])).stdout).toBe('Ann\n')
    }
  })

  test('has every entry point, and nothing beside them', async () => {
    const names = ['signature', 'node', 'express', 'fastify', 'fetch', 'hono', 'next']
    const entries = ['', ...names.map((name) => `/${name}`)]
    const imports = entries.map((entry) => `await import('@chatzuri/webhooks${entry}')`)
    await writeFile(join(app, 'entries.mjs'), `console.log([${imports}].length)`)
    expect((await node(app, ['entries.mjs'])).stdout).toBe(`${entries.length}\n`)
    await writeFile(join(app, 'inner.mjs'), "await import('@chatzuri/webhooks/dist/hmac.js')")
    await expect(node(app, ['inner.mjs'])).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  test('has a README whose examples parse, and import what there is', async () => {
    const readme = await readFile(join(app, 'node_modules/@chatzuri/webhooks/README.md'), 'utf8')
    const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code ?? '')
    expect(examples.length).toBeGreaterThan(4)
    for (const code of examples) {
      await writeFile(join(app, 'example.mjs'), code)
      await node(app, ['--check', 'example.mjs'])
      const ours = [...code.matchAll(/^import .* from '@chatzuri.*$/gm)].map(([line]) => line)
      await writeFile(join(app, 'imports.mjs'), ours.join('\n'))
      await node(app, ['imports.mjs'])
    }
  })

  test('has types that a strict program compiles against, without the types of Node', async () => {
    await writeFile(
      join(app, 'typed.mts'),
      `import { createHandler, isLeadEvent, SignatureError, verify } from '@chatzuri/webhooks'
       import { createHandler as createFetchHandler } from '@chatzuri/webhooks/fetch'
       export async function name(body: Uint8Array, headers: Headers): Promise<string | null> {
         const event = await verify(body, headers, ['a', 'b'], { toleranceSeconds: 60 })
         return isLeadEvent(event) ? event.payload.customerName : null
       }
       export const handler: (request: Request) => Promise<Response> = createFetchHandler({
         secret: undefined as string | undefined,
         on: { 'lead.submit': async (event, { id }) => { const s: string = event.payload.customerPhone + id; void s } },
       })
       export const code = (error: SignatureError) => error.code === 'no_match'
       // @ts-expect-error: a lead has no such field
       createHandler({ secret: 'a', on: { 'lead.submit': (event) => event.payload.phone } })
      `,
    )
    await compile(app, ['typed.mts'], { types: [], lib: ['es2023', 'dom'] })
  })

  test('has types for node:http', async () => {
    await writeFile(
      join(app, 'http.mts'),
      `import { createServer } from 'node:http'
       import { createHandler } from '@chatzuri/webhooks/node'
       createServer(createHandler({ secret: 'a', on: {} }))
      `,
    )
    await compile(app, ['http.mts'], { types: ['node'], typeRoots: [TYPE_ROOT], lib: ['es2023'] })
  })
})

describe('the command line package', () => {
  let app: string
  beforeAll(async () => {
    app = join(workspace.dir, 'command line app')
    await installIn(app, ['--offline'], [await tarballOf('receiver'), await tarballOf('cli')])
  }, INSTALL_TIMEOUT_MS)

  test('is small: less than 1 MB with what it needs, and nothing of the server', async () => {
    const modules = join(app, 'node_modules')
    const entries = await readdir(modules, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const sizes = files.map(async (file) => (await stat(join(file.parentPath, file.name))).size)
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    expect(bytes).toBeLessThan(1_000_000)
    const published = await readdir(join(modules, 'chatzuri'), { recursive: true })
    expect(published.filter((path) => NOT_PUBLISHED.test(path))).toEqual([])
    expect(published).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/run.js']))
  })

  test('explains itself, and signs a vector', async () => {
    const { stdout } = await npm(app, ['exec', '--', 'chatzuri', 'check', '--help'])
    expect(stdout).toContain('Usage: chatzuri check URL')
    await writeFile(join(app, 'body.json'), VECTOR.body)
    const argv = ['exec', '--', 'chatzuri', 'sign', 'body.json', '--secret', VECTOR.secret]
    expect((await npm(app, argv)).stdout).toContain(VECTOR.signature)
  })

  test('says of the commands of the server where they come from', async () => {
    const serve = npm(app, ['exec', '--', 'chatzuri', 'serve'])
    await expect(serve).rejects.toThrow('npm install @chatzuri/server')
  })
})

describe('the server package', () => {
  let app: string
  let packed: Awaited<ReturnType<typeof setup>>
  beforeAll(async () => {
    app = join(workspace.dir, 'server app')
    packed = await setup('server')
    const server = await pack(packed.packageDir, workspace.dir)
    // The other two are what it depends on: from the registry they would come by themselves.
    const others = [await tarballOf('receiver'), await tarballOf('cli')]
    await installIn(app, ['--prefer-offline'], [server, ...others])
  }, INSTALL_TIMEOUT_MS)

  test('is packed without a trace in its sources, and without its tests', async () => {
    expect(await packed.sources()).toEqual(packed.sources.before)
    const files = await readdir(join(app, 'node_modules/@chatzuri/server'), { recursive: true })
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'bin/serve.js', 'dist/main.d.ts']))
    expect(files.filter((path) => NOT_PUBLISHED.test(path))).toEqual([])
  })

  test('explains itself', async () => {
    const { stdout } = await npm(app, ['exec', '--', 'chatzuri-server', '--help'])
    expect(stdout).toContain('DATA_DIR')
  })

  test('is what the command line runs for the commands of the server', async () => {
    const { stdout } = await npm(app, ['exec', '--', 'chatzuri', 'keys', '--help'])
    expect(stdout).toContain('Usage: chatzuri-server keys status | rotate')
  })

  test('serves by the command line’s name: the dashboard, the widget, a lead, a backup; and stops when told to', async () => {
    const dataDir = join(app, 'data')
    await mkdir(dataDir)
    const env = { ...strangerEnv(), PORT: '0', DATA_DIR: dataDir }
    const program = join(app, 'node_modules/.bin/chatzuri')
    const server = spawn(process.execPath, [program, 'serve'], {
      cwd: app,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { endpoint, delivered } = await listen()
    try {
      const url = await readyUrl(server)
      expect((await fetch(`${url}/readyz`)).status).toBe(200)
      const page = await (await fetch(url)).text()
      const [, script] = /<script [^>]*src="([^"]+)"/.exec(page) ?? []
      for (const path of [script, '/widget.js']) {
        expect((await fetch(url + path)).headers.get('content-type'), path).toContain('javascript')
      }
      const key = (await readFile(join(dataDir, 'admin-key'), 'utf8')).trim()
      const post = async (path: string, body: object) => {
        const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
        const request = { method: 'POST', headers, body: JSON.stringify(body) }
        const answer = await fetch(`${url}/api/v1/chatbots${path}`, request)
        return (await answer.json()) as { id: string }
      }
      const { id } = await post('', { name: 'Shop' })
      const { port } = endpoint.address() as AddressInfo
      const hook = { url: `http://127.0.0.1:${port}/`, eventTypes: ['lead.submit'] }
      await post(`/${id}/webhooks`, hook)
      await post(`/${id}/leads`, { customerName: 'Ann' })
      expect(await delivered).toContain('"customerName":"Ann"')
      const file = join(app, 'backup.db')
      const backup = await run(process.execPath, [program, 'backup', file], { cwd: app, env })
      expect(JSON.parse(backup.stdout)).toMatchObject({ kind: 'backup', file })
      server.kill('SIGTERM')
      expect(await once(server, 'exit')).toEqual([0, null])
    } finally {
      server.kill('SIGKILL')
      endpoint.close()
    }
  })
})

/** An endpoint, and the body that comes to it first. */
async function listen() {
  const endpoint = createServer()
  const delivered = new Promise<string>((resolve, reject) => {
    endpoint.once('request', (request, response) => {
      text(request).then(resolve, reject)
      response.end()
    })
  })
  endpoint.listen(0, '127.0.0.1')
  await once(endpoint, 'listening')
  return { endpoint, delivered }
}

const tarballs = new Map<string, Promise<string>>()

/** Of a package as it is, packed once. */
function tarballOf(name: string): Promise<string> {
  const made =
    tarballs.get(name) ?? pack(join(workspace.repository, 'packages', name), workspace.dir)
  tarballs.set(name, made)
  return made
}

/** `sources()` is the text and the mode of every file that packing may touch; `before`: as it was at the start. */
async function setup(name: string) {
  const packageDir = join(workspace.repository, 'packages', name)
  const read = async () => {
    const entries = await readdir(packageDir, { recursive: true, withFileTypes: true })
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.startsWith(join(packageDir, 'dist')))
    const files = paths.sort().map(async (path) => {
      const { mode } = await stat(path)
      return { path, mode, text: await readFile(path, 'utf8') }
    })
    return Promise.all(files)
  }
  return { packageDir, sources: Object.assign(read, { before: await read() }) }
}

async function compile(app: string, files: string[], options: object): Promise<void> {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    ...options,
  }
  await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  await node(app, [COMPILER, '-p', app])
}

async function readyUrl(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('The server was started without a pipe.')
  for await (const line of createInterface(server.stdout)) {
    const [, url] = /"msg":"listening on (http:[^"]+)"/.exec(line) ?? []
    if (url !== undefined) return url
  }
  throw new Error('The server ended before it was ready.')
}
