import { errors, shell, signIn } from './app.ts'
import { chatbots } from './chatbots.ts'
import { deliveries } from './deliveries.ts'
import { events } from './events.ts'
import { leads } from './leads.ts'
import { overview } from './overview.ts'
import { states } from './states.ts'
import { ui } from './ui.ts'
import { webhooks } from './webhooks.ts'

export const en = {
  language: 'en',
  shell,
  signIn,
  errors,
  states,
  ui,
  overview,
  webhooks,
  chatbots,
  deliveries,
  leads,
  events,
}
