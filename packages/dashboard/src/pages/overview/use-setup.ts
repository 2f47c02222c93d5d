/** What it takes until leads arrive, and how far one is. Each step ticks itself: its query is live. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { deliveriesQuery } from '../../api/deliveries.ts'
import { leadsQuery } from '../../api/leads.ts'
import { webhookListQuery } from '../../api/webhooks.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { isFromWidget } from './widget-lead.ts'

export type SetupStep = 'chatbot' | 'webhook' | 'receiver' | 'widget' | 'lead'

export interface Setup {
  done: Record<SetupStep, boolean>
  isDone: boolean
  /** Of the chatbot, to be tried. */
  webhookId: string | null
  putAway(): void
}

/** Leads to look through for one that the widget brought. */
const LEADS_LOOKED_AT = 50
const storedAs = (chatbotId: string) => `setup:${chatbotId}`

/**
 * Null: there is nothing to show, because it isn't known yet, was put away, or is of many chatbots.
 * What is done before one looks isn't told; what becomes so meanwhile is seen.
 */
export function useSetup(): Setup | null {
  const { chatbotId, chatbots, isLoading } = useChatbot()
  const [isAway, putAway] = useAway(chatbotId)
  const [sawMissing, setSawMissing] = useState<string | null>(null)
  const enabled = chatbotId !== null && !isAway
  const webhooks = useQuery({ ...webhookListQuery({ chatbotId, cursor: null }), enabled })
  const arrived = useQuery({
    ...deliveriesQuery({ chatbotId, state: 'delivered', limit: 1 }),
    enabled,
  })
  const leads = useQuery({ ...leadsQuery({ chatbotId, limit: LEADS_LOOKED_AT }), enabled })
  if (isLoading || isAway || (chatbotId === null && chatbots.length > 0)) return null
  const isKnown = [webhooks, arrived, leads].every(({ data }) => data !== undefined)
  if (chatbotId !== null && !isKnown) return null
  const made = webhooks.data?.data ?? []
  const left = leads.data?.data ?? []
  const done = {
    chatbot: chatbotId !== null,
    webhook: made.length > 0,
    receiver: (arrived.data?.data.length ?? 0) > 0,
    widget: left.some(isFromWidget),
    lead: left.length > 0,
  }
  const isDone = Object.values(done).every(Boolean)
  const scope = chatbotId ?? ''
  if (!isDone && sawMissing !== scope) setSawMissing(scope)
  if (isDone && sawMissing !== scope) return null
  return { done, isDone, webhookId: made[0]?.id ?? null, putAway }
}

/** Whoever needs no widget need not see the step for ever. Kept in this browser. */
function useAway(chatbotId: string | null): [boolean, () => void] {
  const [putAway, setPutAway] = useState<readonly string[]>([])
  if (chatbotId === null) return [false, () => undefined]
  const isAway = putAway.includes(chatbotId) || localStorage.getItem(storedAs(chatbotId)) === 'away'
  const set = () => {
    localStorage.setItem(storedAs(chatbotId), 'away')
    setPutAway((before) => [...before, chatbotId])
  }
  return [isAway, set]
}
