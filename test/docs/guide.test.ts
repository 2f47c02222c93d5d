/** Figures of `docs/guide.md` and of its neighbours that are settings or constants of the code. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfig } from '../../packages/server/src/settings/config.ts'
import { ROOT } from './page.ts'

const guide = readFileSync(`${ROOT}docs/guide.md`, 'utf8')
const settings = readConfig({})

test('the schedule of retries is the default one, and is summed up rightly', () => {
  const [, schedule = ''] = /`(0s,[\w,]+)`/.exec(guide) ?? []
  const given = readConfig({ RETRY_SCHEDULE: schedule })
  expect(given.retryScheduleMs).toEqual(settings.retryScheduleMs)
  const hours = settings.retryScheduleMs.reduce((sum, ms) => sum + ms, 0) / 3_600_000
  expect(guide).toContain(
    `${settings.retryScheduleMs.length} attempts in about ${Math.round(hours)} hours`,
  )
})

test('time-out and the days until a webhook is disabled are the defaults', () => {
  expect(guide).toContain(`within ${settings.deliveryTimeoutMs / 1_000} seconds`)
  expect(guide).toContain(`no success for ${settings.disableAfterMs / 86_400_000} days`)
})
