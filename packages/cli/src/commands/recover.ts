import { openApi } from '../api.ts'
import type { Command } from '../command.ts'
import { EXIT, usageError } from '../command-error.ts'
import { barText } from '../output.ts'
import { parseTime, TIME_HELP } from '../times.ts'

const ASK_EVERY_MS = 300

export const recover: Command = {
  name: 'recover',
  usage: 'wh_… --since TIME',
  about: 'Sends again all that failed of a webhook since a time.',
  options: {
    since: { type: 'string', value: 'TIME', about: TIME_HELP },
    until: { type: 'string', value: 'TIME', about: 'the same; default: now' },
    state: {
      type: 'string',
      multiple: true,
      value: 'STATE',
      about: 'exhausted (default), cancelled or delivered; more than once for several',
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
    const states = given.texts('state').flatMap((text) => text.split(','))
    const dryRun = given.flag('dry-run')
    const body = {
      since: parseTime(since, '--since'),
      ...(until === undefined ? {} : { until: parseTime(until, '--until') }),
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
