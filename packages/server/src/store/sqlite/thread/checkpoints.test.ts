import { expect, test } from 'vitest'
import { Checkpoints } from './checkpoints.ts'

function setup() {
  const moves: (() => void)[] = []
  const checkpoints = new Checkpoints(() => new Promise<void>((resolve) => moves.push(resolve)))
  /** How many batches of so many calls go out until the next move. */
  const batchesUntilMove = (calls: number) => {
    const before = moves.length
    for (let batches = 1; ; batches++) {
      checkpoints.count(calls)
      if (moves.length > before) return batches
    }
  }
  return { checkpoints, moves, batchesUntilMove }
}

test('few calls with pages of their own are moved earlier than many that share theirs', async () => {
  const { moves, batchesUntilMove } = setup()
  const single = batchesUntilMove(1)
  moves[0]?.()
  await Promise.resolve()
  const hundreds = batchesUntilMove(100) * 100
  expect(single).toBeLessThan(300)
  expect(hundreds).toBeGreaterThan(1_000)
  expect(hundreds).toBeLessThan(3_000)
})

test('while pages are moved, no other move begins', async () => {
  const { checkpoints, moves, batchesUntilMove } = setup()
  batchesUntilMove(1_000)
  for (let made = 0; made < 10; made++) checkpoints.count(1_000)
  expect(moves).toHaveLength(1)
  moves[0]?.()
  await Promise.resolve()
  checkpoints.count(1)
  expect(moves).toHaveLength(2)
})
