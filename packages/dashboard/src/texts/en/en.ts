import { apiKeys } from './api-keys.ts'
import { errors, shell, signIn } from './app.ts'
import { auditLog } from './audit-log.ts'
import { chatbots } from './chatbots.ts'
import { deliveries } from './deliveries.ts'
import { earlier } from './earlier.ts'
import { eventTypes } from './event-types.ts'
import { events } from './events.ts'
import { leads } from './leads.ts'
import { meanwhile } from './meanwhile.ts'
import { overview } from './overview.ts'
import { settings } from './settings.ts'
import { states } from './states.ts'
import { ui } from './ui.ts'
import { wants } from './wants.ts'
import { webhooks } from './webhooks.ts'

export const en = {
  language: 'en',
  shell,
  signIn,
  errors,
  meanwhile,
  states,
  ui,
  overview,
  webhooks,
  wants,
  chatbots,
  deliveries,
  leads,
  earlier,
  events,
  eventTypes,
  apiKeys,
  auditLog,
  settings,
}
