/** What the server's own client sees, by its real way: guard, connector, socket, reader. */
import { systemClock } from '../../packages/server/src/clock.ts'
import type { SendResult } from '../../packages/server/src/outcome.ts'
import { systemRandom } from '../../packages/server/src/random.ts'
import { createGuard } from '../../packages/server/src/send/guard.ts'
import { createSend } from '../../packages/server/src/send/send.ts'

export async function ourResults(urls: readonly string[]): Promise<SendResult[]> {
  const sender = createSend({
    clock: systemClock,
    random: systemRandom,
    guard: createGuard({ allow: [], allowLoopback: true }),
  })
  const results = await Promise.all(
    urls.map((url) => sender.send({ url, headers: [], body: Buffer.from('{}'), timeoutMs: 5_000 })),
  )
  await sender.destroy()
  return results
}

/** 0: no answer. */
export function statusOf(result: SendResult): number {
  return result.kind === 'answered' ? result.status : 0
}
