/** Asked of a real shell: in it `curl` is a function that hands back its arguments. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { curlCommand } from './curl-command.ts'

const AWKWARD = `it's "quoted" \`ls\` $HOME $(id) \\ \\' ! * ? ~ # & ; | < > \t %s \u{1f600}`

test('what a shell makes of it is what was meant, whatever is in it', () => {
  const url = `https://shop.example/hook?name='Ann'&b=$(id)`
  const body = `{"text":${JSON.stringify(AWKWARD)},\n"second":"line"}`
  const headers = { 'x-chatzuri-signature': 'ab12', 'x-own': AWKWARD }
  expect(argumentsOf(curlCommand({ url, headers, body }))).toEqual([
    '--request',
    'POST',
    url,
    '--header',
    'x-chatzuri-signature: ab12',
    '--header',
    `x-own: ${AWKWARD}`,
    '--data-raw',
    body,
  ])
})

test('an empty header is sent empty, not left out', () => {
  const command = curlCommand({ url: 'http://a.example', headers: { 'x-own': '' }, body: '{}' })
  expect(argumentsOf(command)).toContain('x-own;')
})

function argumentsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}\n`
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
}
