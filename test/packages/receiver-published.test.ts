/** What is published of the receiver: its types and its manifest, and both module systems on each Node. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  LEAD_BODY,
  OTHER_BODY,
  SECRET,
  signedHeaders,
} from '../../packages/receiver/test/sign-request.ts'
import { readLines, watchChild } from '../support/child-processes.ts'
import { findRuntime, nameMissing } from '../support/runtimes.ts'
import { within } from '../support/until.ts'
import { FETCH_RUNTIMES } from './fetch-runtimes.ts'
import { COMPILER, copyRepository, installIn, node, pack, type Workspace } from './package-copy.ts'

const FRAMEWORKS = ['express', 'express-4', 'fastify', 'hono']
/** The versions that `engines` promises, and where one may be found beside the Node that runs us. */
const NODES = [20, 22, 24]
const CANDIDATES = [
  process.execPath,
  ...NODES.map((major) => process.env[`NODE_${major}`] ?? `node${major}`),
  '/usr/bin/node',
  '/usr/local/bin/node',
]

const FROM_NPM = [
  '--prefer-offline',
  '--ignore-scripts',
  '--fetch-retries=0',
  '--fetch-timeout=20000',
]

const run = promisify(execFile)
const nodes = new Map<number, string>()
const missingRuntimes = new Map<string, string>()
let workspace: Workspace
let tarball: string
let app: string
beforeAll(async () => {
  workspace = await copyRepository()
  tarball = await pack(join(workspace.repository, 'packages/receiver'), workspace.dir)
  app = join(workspace.dir, 'published app')
  await installIn(app, ['--offline'], [tarball])
  for (const name of FRAMEWORKS) {
    const place = join(workspace.repository, 'node_modules', name)
    await symlink(place, join(app, 'node_modules', name))
  }
  for (const path of CANDIDATES) await remember(path)
  for (const major of NODES.filter((version) => !nodes.has(version))) {
    // From npm, where it has this version and answers soon; else it is named at the end.
    const dir = join(workspace.dir, `node ${major}`)
    const name = `node-${process.platform}-${process.arch}`
    await installIn(dir, FROM_NPM, [`${name}@${major}`])
      .then(() => remember(join(dir, 'node_modules', name, 'bin/node')))
      .catch(() => undefined)
  }
}, 180_000)
afterAll(async () => {
  await workspace.remove()
  nameMissing('The receiver package was', missingRuntimes)
  const missing = NODES.filter((major) => !nodes.has(major))
  if (missing.length === 0) return
  const names = missing.map((major) => `Node ${major} (set NODE_${major} to its path)`)
  process.stderr.write(`\nThe receiver package was not run here on: ${names.join(', ')}\n`)
})

test('publint finds nothing to say', async () => {
  const pkgDir = join(app, 'node_modules/@chatzuri/webhooks')
  expect((await publint({ pkgDir, strict: true, pack: false })).messages).toEqual([])
})

test('its types are right for every way to import it', async () => {
  const found = await checkPackage(createPackageFromTarballData(await readFile(tarball)))
  if (!found.types) throw new Error('It has no types.')
  // Entry points below a name need `exports`, which the old resolution doesn't read.
  const problems = found.problems.filter(
    (problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'),
  )
  expect(problems).toEqual([])
})

test.each([
  ['a module', 'x.mts', { module: 'nodenext' }],
  ['CommonJS', 'x.cts', { module: 'nodenext' }],
  ['a bundler', 'x.ts', { module: 'esnext', moduleResolution: 'bundler' }],
])('a strict program compiles against it as %s, its own events known', async (_, file, options) => {
  await writeFile(
    join(app, file),
    `import { createHandler, rememberIds, SignatureError } from '@chatzuri/webhooks'
     import { createRouteHandler } from '@chatzuri/webhooks/next'
     import { createHandler as createHonoHandler } from '@chatzuri/webhooks/hono'
     declare module '@chatzuri/webhooks' {
       interface EventPayloads { 'order.paid': { total: number } }
     }
     createHandler({
       secret: 'a',
       seen: rememberIds(),
       on: {
         'lead.submit': ({ payload }, { hashed }) => { const s: string = payload.customerName + hashed; void s },
         'order.paid': ({ payload }) => { const total: number = payload.total; void total },
         // @ts-expect-error: an order has no such field
         'leads.submit': ({ payload }) => payload.total,
       },
     })
     export const POST: (request: Request) => Promise<Response> = createRouteHandler({ secret: 'a', on: {} })
     export const hono = createHonoHandler({ secret: 'a', on: {}, seen: new Set<string>() })
     export const isPayload = (error: SignatureError) => error.code === 'payload_only'
    `,
  )
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom'],
    types: ['node'],
    typeRoots: [join(workspace.repository, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    ...options,
  }
  await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  await node(app, [COMPILER, '-p', app])
})

test.each(NODES)(
  'on Node %i every entry answers signed requests, from both module systems',
  async (major) => {
    const path = nodes.get(major)
    if (path === undefined) return // Named at the end.
    for (const [file, load] of [
      ['serve.mjs', (name: string) => `await import('${name}')`],
      ['serve.cjs', (name: string) => `require('${name}')`],
    ] as const) {
      await writeFile(join(app, file), program(load))
      const { stdout } = await run(path, [file, JSON.stringify(requests())], { cwd: app })
      const answers: Record<string, unknown> = JSON.parse(stdout)
      const right = requests().map(({ answer }) => answer)
      const names = [
        'node',
        'express',
        'express-4',
        'express-4 parsed',
        'fastify',
        'hono',
        'fetch',
        'next',
      ]
      expect(answers).toEqual(Object.fromEntries(names.map((name) => [name, right])))
    }
  },
)

test.each(Object.entries(FETCH_RUNTIMES))(
  'on %s the entry for Fetch answers signed requests',
  async (name, { runtime, prepare }) => {
    const command = findRuntime(runtime, ['--version'])
    if (command === null) return void missingRuntimes.set(name, runtime) // Named at the end.
    const child = spawn(command, await prepare(app, SECRET), { cwd: app, stdio: 'pipe' })
    const ended = watchChild(child)
    try {
      const url = `http://127.0.0.1:${await portOf(child)}/hook`
      for (const { headers, body, answer } of requests()) {
        const given = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        })
        expect([given.status, await given.text()]).toEqual(answer)
      }
      const get = await fetch(url)
      expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
      const large = await fetch(url, { method: 'POST', body: 'x'.repeat(200_000) })
      expect(large.status).toBe(413)
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  },
)

/** Made when they are wanted: they carry the time. */
function requests() {
  const wrong = { headers: signedHeaders(OTHER_BODY), body: LEAD_BODY }
  const right = { headers: signedHeaders(LEAD_BODY), body: LEAD_BODY }
  return [
    { ...right, answer: [200, '{"received":true}'] },
    { ...wrong, answer: [400, `{"message":"Signature didn't match"}`] },
    { ...right, answer: [200, '{"received":true,"duplicate":true}'] },
  ]
}

/** What a runtime says when it listens; rejects with all that it said when it ends before. */
function portOf(child: ChildProcess): Promise<number> {
  const said: string[] = []
  const found = new Promise<number>((resolve, reject) => {
    const read = (line: string) => {
      said.push(line)
      const [, port] = /"port":\s*(\d+)/.exec(line) ?? []
      if (port !== undefined) resolve(Number(port))
    }
    for (const stream of [child.stdout, child.stderr]) if (stream) readLines(stream, read)
    child.once('close', () => reject(new Error(`It ended before it listened: ${said.join('\n')}`)))
  })
  return within(45_000, found, 'The start of a runtime')
}

async function remember(path: string): Promise<void> {
  const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }))
  const major = Number(/^v(\d+)/.exec(stdout)?.[1])
  if (!nodes.has(major)) nodes.set(major, path)
}

/** Mounts every entry point, sends the requests, prints the answers. */
function program(load: (name: string) => string): string {
  const ours = (entry: string) => load(`@chatzuri/webhooks/${entry}`)
  return `(async () => {
    const { createServer } = require_('node:http')
    const options = () => ({ secret: '${SECRET}', seen: new Set(), on: { 'lead.submit': () => {} } })
    const listen = (handle) => new Promise((resolve) => {
      const server = createServer(handle).listen(0, '127.0.0.1', () => resolve({
        ask: (init) => fetch('http://127.0.0.1:' + server.address().port + '/hook', init),
        close: () => { server.close(); server.closeAllConnections() },
      }))
    })
    const pick = (loaded) => loaded.default ?? loaded
    const express = pick(${load('express')})
    const express4 = pick(${load('express-4')})
    const fastify = pick(${load('fastify')})()
    const { Hono } = ${load('hono')}
    const onExpress = async (version, parser) => {
      const app = version()
      if (parser) app.use(version.json())
      app.all('/hook', (${ours('express')}).createHandler(options()))
      return listen(app)
    }
    await fastify.register((${ours('fastify')}).createHandler(options()), { prefix: '/hook' })
    await fastify.ready()
    const hono = new Hono().all('/hook', (${ours('hono')}).createHandler(options()))
    const handle = (${ours('fetch')}).createHandler(options())
    const POST = (${ours('next')}).createRouteHandler(options())
    const direct = (handle) => ({ ask: (init) => handle(new Request('http://localhost/hook', init)), close() {} })
    const mounts = {
      node: await listen((${ours('node')}).createHandler(options())),
      express: await onExpress(express, false),
      'express-4': await onExpress(express4, false),
      'express-4 parsed': await onExpress(express4, true),
      fastify: await listen((request, response) => fastify.routing(request, response)),
      hono: { ask: (init) => hono.request('/hook', init), close() {} },
      fetch: direct(handle),
      next: direct(POST),
    }
    const answers = {}
    for (const [name, { ask, close }] of Object.entries(mounts)) {
      answers[name] = []
      for (const { headers, body } of JSON.parse(process.argv[2])) {
        const answer = await ask({ method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
        answers[name].push([answer.status, await answer.text()])
      }
      close()
    }
    await fastify.close()
    console.log(JSON.stringify(answers))
  })()`.replace(/require_\('node:http'\)/, load('node:http'))
}
