/**
 * Clients in other languages, made of the document of a real server and sent the whole main way:
 * openapi-generator's for Go, openapi-python-client's for Python. Needs `go`, `java`, `mvn` and
 * `python3`, and downloads the generators, so it is a command of its own: `npm run test:clients`.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import { ServerWorld } from '../../support/server-world.ts'

const GO_GENERATOR = '7.17.0'
const PYTHON_GENERATOR = '0.29.1'
const EXPECTED = {
  events: [1, 'lead.submit'],
  found: true,
  gone: 404,
  leads: [true, 'Ann'],
  refused: 400,
  states: ['delivered', 'pending', 'delivered'],
}

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'chatzuri-clients-'))
const world = await ServerWorld.open()
try {
  const document = join(folder, 'openapi.json')
  writeFileSync(document, await (await fetch(`${world.server.url}/openapi.json`)).text())
  for (const [language, make] of Object.entries({ Go: makeGo, Python: makePython })) {
    const { command, args, cwd } = await make(document)
    const endpoint = await world.receiver.endpoint()
    const env = {
      ...process.env,
      API_URL: world.server.url,
      API_KEY: world.server.adminKey,
      ENDPOINT: endpoint.url,
    }
    const { stdout } = await run(command, args, { cwd, env })
    const isRight = isDeepStrictEqual(JSON.parse(stdout), EXPECTED)
    console.log(`${language}: ${isRight ? 'the whole way' : `told ${stdout.trim()}`}`)
    if (!isRight) process.exitCode = 1
  }
} finally {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
}

async function makeGo(document: string) {
  const name = 'openapi-generator-cli'
  await run('mvn', [
    '-q',
    'dependency:get',
    `-Dartifact=org.openapitools:${name}:${GO_GENERATOR}:jar`,
    '-Dtransitive=false',
  ])
  const jar = `${name}/${GO_GENERATOR}/${name}-${GO_GENERATOR}.jar`
  const cwd = join(folder, 'go')
  const options = ['--git-user-id', 'chatzuri', '--git-repo-id', 'client']
  const generator = join(homedir(), '.m2/repository/org/openapitools', jar)
  await run('java', [
    ...['-jar', generator, 'generate', '-g', 'go', '-i', document, '-o', cwd],
    ...options,
    '--additional-properties=packageName=chatzuri',
  ])
  const program = join(cwd, 'cmd/way')
  mkdirSync(program, { recursive: true })
  cpSync(new URL('whole_way.go', import.meta.url), join(program, 'main.go'))
  return { command: 'go', args: ['run', './cmd/way'], cwd }
}

async function makePython(document: string) {
  const cwd = join(folder, 'python')
  const bin = join(cwd, 'venv/bin')
  await run('python3', ['-m', 'venv', join(cwd, 'venv')])
  // Without the formatter it warns.
  const packages = [`openapi-python-client==${PYTHON_GENERATOR}`, 'ruff']
  await run(join(bin, 'pip'), ['-q', 'install', ...packages])
  const made = ['generate', '--path', document, '--meta', 'none', '--fail-on-warning']
  const output = ['--output-path', join(cwd, 'chatzuri_webhooks_client'), '--overwrite']
  await run(join(bin, 'openapi-python-client'), [...made, ...output], {
    cwd,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  })
  cpSync(new URL('whole_way.py', import.meta.url), join(cwd, 'whole_way.py'))
  return { command: join(bin, 'python'), args: ['whole_way.py'], cwd }
}
