import { expect, test } from 'vitest'
import { createOutput } from './output.ts'

function setup({ isTTY }: { isTTY: boolean }) {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    isTTY,
    write: (text: string) => {
      written[name] += text
    },
  })
  const out = createOutput({ stdout: stream('out'), stderr: stream('err') }, { json: !isTTY })
  return { out, written }
}

const CLEAR = '\r\u001b[2K'

test('on a terminal a step is a bar that is redrawn a few times a second, and cleared', () => {
  const { out, written } = setup({ isTTY: true })
  out.progress(null)
  for (let done = 5; done < 10; done++) out.step({ doing: 'copying', done, total: 10, unit: 'MB' })
  expect(written.err).toBe(`${CLEAR}[##########..........] 5 of 10 MB, copying`)
  out.step({ doing: 'checking', done: 0, total: 7 })
  out.progress(null)
  out.progress(null)
  const bars = written.err.split(CLEAR).slice(2)
  expect(bars).toEqual(['[....................] 0 of 7, checking', ''])
  expect(written.out).toBe('')
})

test('elsewhere it is a line on stderr now and then', () => {
  const { out, written } = setup({ isTTY: false })
  for (let done = 0; done < 10; done++)
    out.step({ doing: 'copying', done, total: 10, unit: 'rows' })
  out.progress('not shown')
  out.step({ doing: 'checking', done: 0, total: 7 })
  out.progress(null)
  expect(written.err).toBe('copying: 0 of 10 rows\nchecking: 0 of 7\n')
})
