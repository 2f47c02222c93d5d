import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import type { NameAnswer } from '../../test/send/name-server.ts'
import { nameServer } from '../../test/send/sender.ts'
import { systemClock } from '../clock.ts'
import { createHostResolver } from './resolve.ts'

async function setup({
  answer = () => [],
  hosts = '',
  clock = systemClock,
}: {
  answer?: (name: string, type: 'A' | 'AAAA') => NameAnswer
  hosts?: string
  clock?: typeof systemClock
} = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'resolve-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const hostsPath = join(folder, 'hosts')
  await writeFile(hostsPath, hosts)
  const server = await nameServer(answer)
  const resolver = createHostResolver({ clock, hostsPath, nameServers: [server.address] })
  onTestFinished(() => resolver.close())
  const addresses = async (name: string) => {
    const found = await resolver.resolve(name)
    return found.kind === 'resolved' ? found.addresses : found
  }
  return { resolver, server, hostsPath, addresses }
}

describe('a name', () => {
  test('has the addresses of both families in turns, each once', async () => {
    const { addresses } = await setup({
      answer: () => ['192.0.2.1', '192.0.2.2', '192.0.2.2', '2001:db8::1', '192.0.2.3'],
    })
    expect(await addresses('hooks.test')).toEqual([
      '192.0.2.1',
      '2001:db8::1',
      '192.0.2.2',
      '192.0.2.3',
    ])
  })

  test('is asked in lower case, without the dot of the root', async () => {
    const { addresses, server } = await setup({ answer: () => ['192.0.2.1'] })
    expect(await addresses('Hooks.TEST.')).toEqual(['192.0.2.1'])
    expect(server.questions.sort()).toEqual(['A hooks.test', 'AAAA hooks.test'])
  })

  test('asked for many times at once is looked up once, and again the next time', async () => {
    const { addresses, server } = await setup({ answer: () => ['192.0.2.1'] })
    await Promise.all(Array.from({ length: 50 }, () => addresses('hooks.test')))
    expect(server.questions).toHaveLength(2)
    await addresses('hooks.test')
    expect(server.questions).toHaveLength(4)
  })

  test('with one family only has that one', async () => {
    const { addresses } = await setup({
      answer: (_name, type) => (type === 'A' ? [] : ['2001:db8::1']),
    })
    expect(await addresses('hooks.test')).toEqual(['2001:db8::1'])
  })

  test('whose AAAA question is never answered does not wait for it', async () => {
    const clock = manualClock()
    const { addresses } = await setup({
      clock,
      answer: (_name, type) => (type === 'A' ? ['192.0.2.1'] : 'silence'),
    })
    const asked = addresses('hooks.test')
    await clock.whenArmed(250)
    clock.advance(250)
    expect(await asked).toEqual(['192.0.2.1'])
  })

  test.each(['localhost', 'LOCALHOST.', 'hooks.localhost'])(
    '%s is this machine, unasked',
    async (name) => {
      const { addresses, server } = await setup({
        answer: () => ['192.0.2.1'],
        hosts: '192.0.2.9 localhost',
      })
      expect(await addresses(name)).toEqual(['127.0.0.1', '::1'])
      expect(server.questions).toEqual([])
    },
  )
})

describe('a name that does not resolve says why', () => {
  test.each<[NameAnswer, string]>([
    ['NXDOMAIN', 'The host name does not resolve (NXDOMAIN)'],
    [[], 'The host name has no address (no A or AAAA record)'],
    ['SERVFAIL', 'The name servers of the host failed (SERVFAIL)'],
  ])('%s', async (answer, message) => {
    const { addresses } = await setup({ answer: (name) => (name === '' ? [] : answer) })
    expect(await addresses('hooks.test')).toEqual({ kind: 'unreachable', fault: 'dns', message })
  })

  test('one family without data and a failure of the other is the failure', async () => {
    const { addresses } = await setup({
      answer: (name, type) => (name === '' || type === 'A' ? [] : 'SERVFAIL'),
    })
    expect(await addresses('hooks.test')).toMatchObject({
      message: expect.stringMatching(/SERVFAIL/),
    })
  })

  test('a silent name server ends after five seconds, and holds up no other name', async () => {
    const clock = manualClock()
    const { addresses, server } = await setup({
      clock,
      answer: (name) => (name.startsWith('dead') ? 'silence' : ['192.0.2.1']),
    })
    const dead = Array.from({ length: 40 }, (_, i) => addresses(`dead-${i}.test`))
    await expect.poll(() => server.questions.length).toBeGreaterThanOrEqual(80)
    const alive = addresses('alive.test')
    expect(await alive).toEqual(['192.0.2.1'])
    clock.advance(5_000)
    for (const result of await Promise.all(dead)) {
      expect(result).toMatchObject({ fault: 'dns', message: expect.stringMatching(/in time/) })
    }
  })

  test('no name server there at all: that is our fault, not the endpoint’s', async () => {
    const { server, resolver } = await setup()
    await server.close()
    expect(await resolver.resolve('hooks.test')).toMatchObject({
      kind: 'our-fault',
      message: expect.stringMatching(/^This server's own name servers do not answer/),
    })
  })

  test('name servers that fail for every name are our fault', async () => {
    const { addresses } = await setup({ answer: () => 'SERVFAIL' })
    expect(await addresses('hooks.test')).toMatchObject({ kind: 'our-fault' })
  })

  test('a name that fails a moment after another resolved is the endpoint’s', async () => {
    const { addresses, server } = await setup({
      answer: (name) => (name === 'good.test' ? ['192.0.2.1'] : 'SERVFAIL'),
    })
    expect(await addresses('good.test')).toEqual(['192.0.2.1'])
    expect(await addresses('bad.test')).toMatchObject({ kind: 'unreachable', fault: 'dns' })
    expect(server.questions).not.toContain('A ')
  })

  test('a label that is too long', async () => {
    const { addresses } = await setup()
    expect(await addresses(`${'x'.repeat(64)}.test`)).toMatchObject({ fault: 'dns' })
  })
})

describe("the machine's own table of names", () => {
  const HOSTS = [
    '# comment 192.0.2.66 hooks.test',
    '192.0.2.7\thooks.test  Alias.test # hooks.other',
    '2001:db8::7 hooks.test',
    'garbage hooks.test',
    '',
  ].join('\r\n')

  test('comes first', async () => {
    const { addresses, server } = await setup({ hosts: HOSTS, answer: () => ['192.0.2.1'] })
    expect(await addresses('HOOKS.test.')).toEqual(['192.0.2.7', '2001:db8::7'])
    expect(await addresses('alias.test')).toEqual(['192.0.2.7'])
    expect(server.questions).toEqual([])
    expect(await addresses('hooks.other')).toEqual(['192.0.2.1'])
  })

  test('is read again when it has changed', async () => {
    const clock = manualClock()
    const { addresses, hostsPath } = await setup({ hosts: HOSTS, clock })
    expect(await addresses('alias.test')).toEqual(['192.0.2.7'])
    await writeFile(hostsPath, '192.0.2.8 alias.test')
    await utimes(hostsPath, 1, 1)
    clock.advance(1_000)
    expect(await addresses('alias.test')).toEqual(['192.0.2.8'])
    await rm(hostsPath)
    clock.advance(1_000)
    expect(await addresses('alias.test')).toMatchObject({ fault: 'dns' })
  })
})
