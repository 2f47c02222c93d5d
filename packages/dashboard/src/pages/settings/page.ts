import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.settings.navigation, icon: 'settings', order: 90 },
  views: { '': () => import('./settings.tsx') },
}
