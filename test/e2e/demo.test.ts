/** `npm run demo`, run for real. */
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ExampleProcess } from '../support/example-process.ts'
import { within } from '../support/until.ts'

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the demo tells the whole story, leaves the server running, and stops all of it at %s',
  async (signal) => {
    const demo = startDemo()
    await demo.says(/Stop +Ctrl\+C/)
    const { text } = demo

    for (let step = 1; step <= 7; step++) expect(text).toContain(`\n${step}. `.trimStart())
    expect(text).toMatch(/receiver │ Received: {/)
    expect(text).toContain("receiver │     customerEmail: 'zoe@example.com',")
    const sent = /x-chatzuri-signature: ([0-9a-f]{40})\n/.exec(text)?.[1]
    expect(text).toContain(`The signature matched: HMAC-SHA1 of this body by the secret is ${sent}`)
    expect(text).toMatch(/→ Delivered: the endpoint answered 200 in .* on attempt 1\./)
    expect(text).toMatch(/curl -sS http:\S+\/leads -H "Authorization: Bearer \$KEY"/)

    const docs = await demo.says(/(http:\S+\/docs)/)
    const receiver = await demo.says(/it listens on (http:\S+\/webhook)/)
    const folder = await demo.says(/DATA_DIR=(\S+)/)
    expect([(await fetch(docs)).status, (await fetch(receiver)).status]).toEqual([200, 405])
    expect(existsSync(folder)).toBe(true)

    demo.signal(signal)
    expect(await within(10_000, demo.ended, 'stopping')).toEqual({ code: 0, signal: null })
    for (const url of [docs, receiver]) await expect(fetch(url)).rejects.toThrow()
    expect(existsSync(folder)).toBe(false)
  },
)

test('where the usual ports are taken it takes others', async () => {
  for (const port of [8080, 3000]) await occupy(port)
  const demo = startDemo()
  await demo.says(/→ Delivered/)
  expect(demo.text).not.toMatch(/:(8080|3000)\b/)
  expect(await within(10_000, demo.stop('SIGTERM'), 'stopping')).toMatchObject({ code: 0 })
})

function startDemo(): ExampleProcess {
  const demo = new ExampleProcess('demo')
  // Asked, not killed: it has children of its own.
  onTestFinished(async () => {
    await demo.stop('SIGTERM')
  })
  return demo
}

/** If it is taken already, all the better. */
function occupy(port: number): Promise<void> {
  const server = createServer()
  onTestFinished(() => {
    server.close()
  })
  return new Promise((resolve) => {
    server.once('error', () => resolve())
    server.listen(port, '127.0.0.1', () => resolve())
  })
}
