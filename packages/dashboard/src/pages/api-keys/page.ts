import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.apiKeys.navigation, icon: 'key', order: 70 },
  views: { '': () => import('./api-keys.tsx') },
}
