import { expect, test } from 'vitest'
import { atLeast, figureOf } from '../../bench/measure.ts'
import { markdownText, type Result } from '../../bench/report.ts'

test('a page has one table for each scenario, its stores side by side, equal names in their order', () => {
  const rate = (values: number[]) =>
    figureOf(values, { what: 'recorded', unit: '/s', target: atLeast(1_000) })
  const cpu = (value: number) => figureOf([value], { what: '  CPU for 1,000', unit: 'ms' })
  const result = (store: Result['store'], figures: Result['figures']): Result => {
    return { scenario: 'drain', store, figures, failure: null, seconds: 2.4 }
  }
  const text = markdownText([
    result('sqlite', [rate([1_200, 1_300, 1_100]), cpu(161), rate([2_000]), cpu(159)]),
    result('postgres', [rate([900]), cpu(300), rate([950]), cpu(310)]),
    { scenario: 'nodes', store: 'postgres', figures: [], failure: 'no /proc\nat …', seconds: 0 },
  ])
  expect(text.split('\n')).toEqual([
    '### `drain` measured',
    '',
    '| figure | SQLite | PostgreSQL | target |',
    '| --- | --- | --- | --- |',
    '| recorded | 1,200/s (1,100/s–1,300/s) | 900/s ✗ | ≥ 1,000/s |',
    '| CPU for 1,000 | 161 ms | 300 ms |  |',
    '| recorded | 2,000/s | 950/s ✗ | ≥ 1,000/s |',
    '| CPU for 1,000 | 159 ms | 310 ms |  |',
    '',
    'Took 2 and 2 s.',
    '',
    '### `nodes` measured',
    '',
    '| figure | PostgreSQL | target |',
    '| --- | --- | --- |',
    '',
    'PostgreSQL: no /proc',
    '',
    'Took 0 s.',
    '',
  ])
})
