import { expect, test } from 'vitest'
import { Group } from './group.ts'

interface Input {
  owner: string
  weight: number
}

/** A group whose transactions end when the test says so. */
function setup() {
  const runs: { inputs: Input[]; end(): void }[] = []
  const group = new Group<Input, string>({
    run: (inputs) =>
      new Promise((resolve) => {
        runs.push({ inputs, end: () => resolve(inputs.map(({ owner }) => owner)) })
      }),
    runningMax: 1,
    callsMax: 10,
    weightMax: 100,
    ownerOf: ({ owner }) => owner,
    weigh: ({ weight }) => weight,
  })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const call = (owner: string, weight = 1) => group.call({ owner, weight })
  const held = () => runs.map(({ inputs }) => inputs.map(({ owner }) => owner).join(''))
  const endAll = async () => {
    for (let index = 0; index < runs.length; index++) {
      runs[index]?.end()
      await settled()
    }
  }
  return { group, call, settled, held, endAll }
}

test('owners take turns, and each call gets its own answer', async () => {
  const { call, settled, held, endAll } = setup()
  const calls = [call('x')]
  await settled()
  calls.push(...Array.from({ length: 11 }, () => call('a')), call('b'), call('c'), call('b'))
  await endAll()
  expect(await Promise.all(calls)).toEqual(['x', ...'aaaaaaaaaaa', 'b', 'c', 'b'])
  expect(held()).toEqual(['x', 'abcabaaaaa', 'aaaa'])
})

test('a transaction is bounded in weight, unless one call alone is more', async () => {
  const { group, call, settled, held, endAll } = setup()
  const calls = [call('x')]
  await settled()
  calls.push(call('a', 60), call('a', 60), call('b', 40), call('b', 500), call('c', 1))
  await endAll()
  await Promise.all(calls)
  expect(held()).toEqual(['x', 'ab', 'ca', 'b'])
  await group.close()
})
