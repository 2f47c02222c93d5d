import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.auditLog.navigation, icon: 'audit', order: 80 },
  views: { '': () => import('./audit-log.tsx') },
}
