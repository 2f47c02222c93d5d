/** Which chatbot the pages are about: an owner's own, or the one that an operator chose. */
import { useQuery } from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react'
import { useSearchParams } from 'react-router'
import { chatbotQuery, chatbotsQuery, firstChatbotsQuery } from '../api/chatbots.ts'
import type { Chatbot } from '../api/schema.ts'
import { atFirstPage } from '../ui/pagination.tsx'
import { useSession } from './session.tsx'

interface ChatbotChoice {
  /** Null: all of them, which only an operator can see. */
  chatbotId: string | null
  /** Its own once it is known. */
  chatbot: Chatbot | null
  /** Those that may be chosen; an owner has one. */
  chatbots: readonly Chatbot[]
  /** There are so many that their names come later, and are looked for by a search. */
  hasMore: boolean
  isLoading: boolean
  /** There is none, as far as the server said: not so while it can't be asked. */
  isEmpty: boolean
  /** Its id where it isn't known, or no more. */
  nameOf(chatbotId: string): string
  choose(chatbotId: string | null): void
}

const STORED = 'chatbot'
const LINKED = 'chatbotId'
/** What is of one chatbot, and makes no sense with another. */
const OF_CHATBOT = 'webhookId'
const ChatbotContext = createContext<ChatbotChoice | null>(null)

export function ChatbotProvider({ children }: { children: ReactNode }) {
  const session = useSession()
  const [chosen, choose] = useChosen()
  const { chatbots, found, hasMore, isPending } = useChatbots(chosen)
  const value = useMemo<ChatbotChoice>(() => {
    const known = chatbots ?? []
    // One that was deleted meanwhile is no choice any more.
    const ours = known.find(({ id }) => id === chosen) ?? found
    const only = known.length === 1 && !hasMore ? known[0] : undefined
    const chatbot =
      session.kind === 'chatbot' ? known.find(({ id }) => id === session.chatbotId) : (ours ?? only)
    return {
      chatbotId: session.chatbotId ?? chatbot?.id ?? null,
      chatbot: chatbot ?? null,
      chatbots: known,
      hasMore,
      isLoading: isPending,
      isEmpty: chatbots?.length === 0,
      nameOf: (chatbotId) =>
        (found?.id === chatbotId ? found : known.find(({ id }) => id === chatbotId))?.name ??
        chatbotId,
      choose,
    }
  }, [chatbots, found, hasMore, chosen, choose, isPending, session])
  return <ChatbotContext value={value}>{children}</ChatbotContext>
}

/**
 * Nothing waits for all of a thousand: the newest are there at once, with the one that was chosen, and
 * the others' names follow.
 */
function useChatbots(chosen: string | null) {
  const first = useQuery(firstChatbotsQuery)
  const hasMore = first.data !== undefined && first.data.nextCursor !== null
  const all = useQuery({ ...chatbotsQuery, enabled: hasMore })
  const chatbots = hasMore ? (all.data ?? first.data?.data) : first.data?.data
  const isSought = chosen !== null && hasMore && !chatbots?.some(({ id }) => id === chosen)
  const sought = useQuery({ ...chatbotQuery(chosen ?? ''), enabled: isSought })
  return {
    chatbots,
    /** The chosen one, when it is not among them. */
    found: isSought ? sought.data : undefined,
    hasMore,
    isPending: first.isPending || (isSought && sought.isPending),
  }
}

/** Kept from visit to visit. A link with `?chatbotId=` chooses too: it shows what its sender saw. */
function useChosen() {
  const [parameters, setParameters] = useSearchParams()
  const [stored, setStored] = useState(() => localStorage.getItem(STORED))
  const linked = parameters.get(LINKED)
  const isInAddress = linked !== null || parameters.has(OF_CHATBOT)
  const store = useCallback((chatbotId: string | null) => {
    if (chatbotId === null) localStorage.removeItem(STORED)
    else localStorage.setItem(STORED, chatbotId)
    setStored(chatbotId)
  }, [])
  useEffect(() => {
    if (linked !== null) store(linked)
  }, [linked, store])
  const choose = useCallback(
    (chatbotId: string | null) => {
      store(chatbotId)
      if (!isInAddress) return
      setParameters((given) => {
        const next = atFirstPage(given)
        next.delete(OF_CHATBOT)
        if (chatbotId === null) next.delete(LINKED)
        else next.set(LINKED, chatbotId)
        return next
      })
    },
    [store, isInAddress, setParameters],
  )
  return [linked ?? stored, choose] as const
}

/** Of a page whose address others are sent: it says of which chatbot it is. */
export function useChatbotInAddress(): void {
  const session = useSession()
  const { chatbotId } = useChatbot()
  const [parameters, setParameters] = useSearchParams()
  const isMissing = !parameters.has(LINKED) && !parameters.has(OF_CHATBOT)
  const missing = session.kind === 'operator' && isMissing ? chatbotId : null
  useEffect(() => {
    if (missing === null) return
    const add = (given: URLSearchParams) => {
      const next = new URLSearchParams(given)
      next.set(LINKED, missing)
      return next
    }
    setParameters(add, { replace: true, preventScrollReset: true })
  }, [missing, setParameters])
}

export function useChatbot(): ChatbotChoice {
  const choice = useContext(ChatbotContext)
  if (choice === null) throw new Error('There is no chatbot outside of the shell.')
  return choice
}
