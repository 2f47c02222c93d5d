import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.chatbots.navigation, icon: 'chatbots', order: 50 },
  views: {
    '': () => import('./chatbots.tsx'),
    ':id': () => import('./chatbot.tsx'),
  },
}
