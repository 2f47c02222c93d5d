import { checkEndpoint } from '../check/check.ts'
import type { Compare, Report } from '../check/finding.ts'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { printable } from '../output.ts'
import { serverUrl } from '../typed-url.ts'
import { FORMAT_OPTION, formatOf } from './format.ts'
import { secretsOf } from './secret.ts'

const SIGNS = { ok: 'ok    ', fault: 'FAULT ', advice: 'advice' } as const

export const check: Command = {
  name: 'check',
  usage: 'URL --secret SECRET',
  about: 'Is this endpoint written as the webhook guide says? Asks it, and says what to mend.',
  options: {
    secret: {
      type: 'string',
      value: 'SECRET',
      about: "the webhook's; better in CHATZURI_SECRET, where no list of processes shows it",
    },
    format: FORMAT_OPTION,
    timeout: {
      type: 'string',
      value: 'SECONDS',
      about: 'for each answer; default 30, as the server has it',
    },
  },
  notes: `It sends some sixty requests, up to 500 when the right signature is refused. They are
shaped like real leads (Check Ann, check@example.com): an endpoint that stores leads stores these.
The secret itself is never sent. Two secrets, the new one, a space and the old one, are those of a
rotation, which is then tried as well. Bodies and x-chatzuri-signature are those of --format: a receiver
of two formats is checked twice. The report is text; --json makes it one line of JSON.

Exit code: 0 without a fault (advice is none), 1 with one, 2 when it was asked wrongly.`,
  async run(given) {
    const [address, more] = given.positionals
    if (address === undefined || more !== undefined)
      throw usageError('check needs one URL: chatzuri check https://shop.example/hook.')
    const url = serverUrl(address, 'The URL')
    const secrets = secretsOf(given, 'check')
    const format = formatOf(given)
    const seconds = Number(given.text('timeout') ?? 30)
    if (!(seconds >= 0.1 && seconds <= 120))
      throw usageError('--timeout is a number of seconds from 0.1 to 120.')
    const onRequest = (count: number) => given.out.progress(`${count} requests sent to ${url.host}`)
    const onWait = (wait: number) =>
      given.out.progress(`${url.host} limits its rate (429): waiting ${wait} s`)
    const stop = new AbortController()
    const onSignal = () => stop.abort()
    process.once('SIGINT', onSignal)
    const asked = { url, ...secrets, format, timeoutMs: seconds * 1000, signal: stop.signal }
    const report = await checkEndpoint({ ...asked, onRequest, onWait })
    process.off('SIGINT', onSignal)
    given.out.progress(null)
    given.out.line(given.flag('json') ? JSON.stringify(report) : reportText(report))
    return report.ok ? EXIT.done : EXIT.no
  },
}

function reportText({ url, format, ok, requests, findings }: Report): string {
  const lines = findings.flatMap(({ verdict, message, mend, compare }) => [
    `  ${SIGNS[verdict]}  ${printable(message)}`,
    ...(mend === undefined ? [] : [`          -> ${printable(mend)}`]),
    ...(compare === undefined ? [] : compareLines(compare).map((line) => `          ${line}`)),
  ])
  const count = (wanted: string) => findings.filter(({ verdict }) => verdict === wanted).length
  const sum = ok ? 'no fault' : `${count('fault')} fault${count('fault') === 1 ? '' : 's'}`
  const asked = format === 'guide' ? url : `${url}, in the format ${format}`
  return [asked, ...lines, `${sum}, ${count('advice')} advice, ${requests} requests`].join('\n')
}

/** What a developer holds beside the log of the endpoint. */
function compareLines(compare: Compare): string[] {
  const { body, bytes, secretLength, webhookId, webhookTimestamp, expected } = compare
  return [
    `For this body, of ${bytes} bytes:`,
    `  ${printable(body)}`,
    `and a secret of ${secretLength} letters, webhook-id ${webhookId}, webhook-timestamp ${webhookTimestamp},`,
    'right are:',
    ...Object.entries(expected).map(([header, value]) => `  ${header}: ${value}`),
  ]
}
