/** What every command of the server has in common. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SERVER_COMMANDS } from '../../../cli/src/commands/server-program.ts'
import { VERSION } from '../version.ts'
import { COMMANDS, run } from './run.ts'

const NAMES = COMMANDS.map(({ name }) => name)
const page = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8')

async function call(argv: string[], { terminal = true } = {}) {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    isTTY: terminal,
    write: (text: string) => {
      written[name] += text
    },
  })
  const code = await run(argv, { env: {}, stdout: stream('out'), stderr: stream('err') })
  return { code, ...written }
}

test.each(NAMES)('%s has its help, its options and its row in the documents', async (name) => {
  const { code, out, err } = await call([name, '--help'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain(`Usage: chatzuri-server ${name}`)
  expect(out).toContain('--json')
  expect(page).toContain(`| \`${name}`)
  expect((await call(['help', name])).out).toBe(out)
  // Documented options are those that there are.
  const listed = [...out.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, option]) => option)
  const known = [...page.matchAll(/`(--[a-z-]+)/g)].map(([, option]) => option)
  for (const option of listed) expect(known, `${name} ${option}`).toContain(option)
})

test.each(NAMES)('%s refuses an option that it has not, and says which was meant', async (name) => {
  const { code, err } = await call([name, '--jsno'])
  const says = `There is no option --jsno. Did you mean --json? \`chatzuri-server ${name} --help\` lists what there is.\n`
  expect([code, err]).toEqual([2, says])
})

test('the client knows the same commands of the server', () => {
  expect(SERVER_COMMANDS.toSorted()).toEqual(NAMES.toSorted())
})

test('an unknown command is refused with the one that was meant, and as JSON where it is asked for', async () => {
  const { code, err } = await call(['restroe'])
  expect([code, err]).toEqual([
    2,
    'There is no command "restroe". Did you mean "restore"? `chatzuri-server --help` lists what there is.\n',
  ])
  const { out } = await call(['shred', '--json'], { terminal: false })
  expect(JSON.parse(out)).toMatchObject({ kind: 'failed', exitCode: 2 })
})

test('help and version are told of the program itself', async () => {
  const { code, out } = await call(['--help'])
  expect(code).toBe(0)
  for (const name of NAMES) expect(out).toContain(`\n  ${name} `)
  expect(out).toContain('RETRY_SCHEDULE')
  expect((await call(['--version'])).out).toBe(`${VERSION}\n`)
})
