/** Real signals to a real process, with a server that does what the test says. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { isUnderNpm } from './stop-signals.ts'

const NEVER = 'new Promise(() => {})'
const AT_ONCE = 'Promise.resolve()'

test('a stop that fails is told by the exit code', async () => {
  const { child, ended } = await start({ stop: 'Promise.reject(new Error("full"))' })
  child.kill('SIGTERM')
  expect(await ended).toEqual([1, null])
})

test('what still hangs at the second signal is left behind within a second, with 1', async () => {
  const { child, ended, said } = await start({ stop: NEVER })
  child.kill('SIGTERM')
  await said('server.stopping')
  child.kill('SIGINT')
  const cutAt = performance.now()
  expect(await ended).toEqual([1, null])
  expect(performance.now() - cutAt).toBeLessThan(1_500)
})

test('what the second signal cuts ends in order, with 0', async () => {
  const { child, ended, said } = await start({ stop: 'cutting', cut: 'cut()' })
  child.kill('SIGINT')
  await said('server.stopping')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('before there is a server, a signal ends the process in order', async () => {
  const { child, ended } = await start({ stop: AT_ONCE, isReady: false })
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('a signal that came while the program was being read is not lost', async () => {
  const { ended } = await start({ stop: AT_ONCE, before: "process.kill(process.pid, 'SIGTERM')" })
  expect(await ended).toEqual([0, null])
})

test('under npm two signals at once are one; later ones are two', async () => {
  const { child, ended, said } = await start({ stop: 'cutting', cut: 'cut()', underNpm: true })
  child.kill('SIGINT')
  await said('server.stopping')
  child.kill('SIGTERM')
  child.stdin?.write('later')
  await said('later')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('npm is in front only where its script is this program', () => {
  const start = 'exec node --max-semi-space-size=16 packages/server/bin/serve.js'
  expect(isUnderNpm({ npm_lifecycle_script: start })).toBe(true)
  expect(isUnderNpm({ npm_lifecycle_script: 'chatzuri-server' })).toBe(true)
  expect(isUnderNpm({ npm_lifecycle_event: 'test', npm_lifecycle_script: 'vitest run' })).toBe(
    false,
  )
  expect(isUnderNpm({})).toBe(false)
})

/** Its clock stands still until something is written to it; timers are the machine's. */
async function start({ stop, cut = '', isReady = true, underNpm = false, before = '' }: Behaviour) {
  const program = `
    import { systemClock } from ${JSON.stringify(new URL('../clock.ts', import.meta.url))}
    import { endOnSignals, stopOnSignals } from ${JSON.stringify(new URL('./stop-signals.ts', import.meta.url))}
    const { promise: cutting, resolve: cut } = Promise.withResolvers()
    const say = (fields, message) => console.log(message)
    const log = { debug: say, info: say, warn: say, error: say }
    let now = 0
    process.stdin.on('data', () => { now = 10_000; console.log('later') })
    const clock = { ...systemClock, monotonic: () => now }
    endOnSignals()
    ${before}
    const stopping = stopOnSignals({ log, clock, underNpm: ${underNpm} })
    if (${isReady}) stopping.stops({ stop: () => ${stop}, cut: () => { ${cut} } })
    console.log('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = listenTo(child)
  const ended = once(child, 'exit')
  await said('ready')
  return { child, ended, said }
}

interface Behaviour {
  stop: string
  cut?: string
  isReady?: boolean
  underNpm?: boolean
  /** Still while the program is being read. */
  before?: string
}

function listenTo({ stdout }: ChildProcess): (word: string) => Promise<void> {
  let text = ''
  let look = () => {}
  stdout?.on('data', (chunk) => {
    text += chunk
    look()
  })
  return (word) =>
    new Promise((resolve) => {
      look = () => text.includes(word) && resolve()
      look()
    })
}
