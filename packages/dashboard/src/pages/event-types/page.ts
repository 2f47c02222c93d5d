import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.eventTypes.navigation, icon: 'tag', order: 60 },
  views: { '': () => import('./event-types.tsx') },
}
