/** The programs in real pipes, whose reader goes first, as `head -1` does. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const CLI = fileURLToPath(new URL('../bin/chatzuri.js', import.meta.url))
const SERVER = fileURLToPath(new URL('../../server/bin/serve.js', import.meta.url))

function bash(line: string) {
  const env = { PATH: process.env.PATH, NODE: process.execPath, CLI, SERVER }
  return spawnSync('bash', ['--norc', '-c', line], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 60_000,
  })
}

test.each([
  ['CLI', '--help'],
  ['CLI', 'listen --help'],
  ['SERVER', '--help'],
  ['SERVER', 'keys --help'],
])('%s %s ends quietly when nobody reads it', (program, args) => {
  // The reader is gone before the first byte.
  const { stderr, stdout } = bash(`{ sleep 0.2; "$NODE" "$${program}" ${args}; } | true
    echo "\${PIPESTATUS[0]}"`)
  expect({ stderr, stdout }).toEqual({ stderr: '', stdout: '0\n' })
})

test('a closed stderr changes neither the answer nor the exit code', () => {
  const unread = bash(
    'exec 3>&1; { sleep 0.2; "$NODE" "$CLI" lissten; echo $? >&3; } 2>&1 >/dev/null | true',
  )
  expect(unread.stdout).toBe('2\n')
  expect(bash('"$NODE" "$CLI" --version 2>&- | head -1').stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('curl reads the headers of sign from a pipe: one a line, and nothing else', () => {
  const { stdout, stderr } = bash(
    'printf %s "{}" | CHATZURI_SECRET=whsec0000000000000000000000000001 "$NODE" "$CLI" sign | cat',
  )
  expect(stderr).toBe('')
  const lines = stdout.split('\n')
  expect(lines.pop()).toBe('')
  expect(lines).toHaveLength(4)
  for (const line of lines) expect(line).toMatch(/^[a-z-]+: \S/)
})
