import type { ChangingKeys } from '../schedule/upkeep.ts'
import type { Shared } from './shared.ts'

/** The embedded store's key files, which `keys rotate` changes beside a running server. */
export function changingKeys({ keys, store, config, log }: Shared): ChangingKeys | null {
  const files = keys.encryptionFiles
  if (files === null) return null
  return {
    async refresh() {
      const changed = files.readIfChanged()
      if (changed === null) return
      await store.useKeys({ ...changed, opens: [...changed.opens, ...config.openingKeys] })
      log.info({}, 'keys.changed')
    },
    onAllResealed: () => files.forgetOthers(),
  }
}
