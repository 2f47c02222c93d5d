import { openApi } from '../api.ts'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { barText } from '../output.ts'
import { parseTime, TIME_FORMAT } from '../time.ts'
import { statesOf } from './states.ts'

const ASK_EVERY_MS = 300

export const recover: Command = {
  name: 'recover',
  usage: 'wh_… --since TIME',
  about: 'Sends again all that failed of a webhook since a time.',
  options: {
    since: {
      type: 'string',
      value: 'TIME',
      about: `finished at this time or later: ${TIME_FORMAT}`,
    },
    until: { type: 'string', value: 'TIME', about: '… and before this one; default: now' },
    state: {
      type: 'string',
      multiple: true,
      value: 'STATE',
      about: 'exhausted (default), cancelled or delivered; several by commas or repeated',
    },
    'dry-run': { type: 'boolean', about: 'only count' },
  },
  async run(given) {
    const [webhook, more] = given.positionals
    const since = given.text('since')
    if (webhook === undefined || more !== undefined || since === undefined) {
      throw usageError('recover needs a webhook and a time: chatzuri recover wh_… --since 6h.')
    }
    const until = given.text('until')
    const states = statesOf(given)
    const dryRun = given.flag('dry-run')
    const body = {
      since: parseTime(since),
      ...(until === undefined ? {} : { until: parseTime(until) }),
      ...(states.length === 0 ? {} : { states }),
      dryRun,
    }
    const api = openApi(given.env)
    const started = await api.post(`/api/v1/webhooks/${encodeURIComponent(webhook)}/recover`, body)
    if (dryRun) {
      given.out.value(started, () => `${started.count} deliveries would be sent again.`)
      return EXIT.done
    }
    for (;;) {
      const recovery = await api.get(`/api/v1/recoveries/${started.recoveryId}`)
      given.out.progress(barText(Number(recovery.done), Number(recovery.total)))
      if (recovery.finishedAt !== null) {
        given.out.progress(null)
        given.out.value(recovery, () => `${recovery.done} deliveries are on their way again.`)
        return EXIT.done
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
    }
  },
}
