/** Which chatbot the pages are about: an owner's own, or the one that an operator chose. */
import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { chatbotsQuery } from '../api/chatbots.ts'
import type { Chatbot } from '../api/schema.ts'
import { useSession } from './session.tsx'

export interface ChatbotChoice {
  /** Null: all of them, which only an operator can see. */
  chatbotId: string | null
  /** Its own once it is known. */
  chatbot: Chatbot | null
  /** Those that may be chosen; an owner has one. */
  chatbots: readonly Chatbot[]
  isLoading: boolean
  choose(chatbotId: string | null): void
}

const STORED = 'chatbot'
const ChatbotContext = createContext<ChatbotChoice | null>(null)

export function ChatbotProvider({ children }: { children: ReactNode }) {
  const session = useSession()
  const [chosen, setChosen] = useState(() => localStorage.getItem(STORED))
  const { data: chatbots, isPending } = useQuery(chatbotsQuery)
  const value = useMemo<ChatbotChoice>(() => {
    const known = chatbots ?? []
    // One that was deleted meanwhile is no choice any more.
    const ours = known.find(({ id }) => id === chosen)
    const only = known.length === 1 ? known[0] : undefined
    const chatbot =
      session.kind === 'chatbot' ? known.find(({ id }) => id === session.chatbotId) : (ours ?? only)
    return {
      chatbotId: session.chatbotId ?? chatbot?.id ?? null,
      chatbot: chatbot ?? null,
      chatbots: known,
      isLoading: isPending,
      choose: (chatbotId) => {
        if (chatbotId === null) localStorage.removeItem(STORED)
        else localStorage.setItem(STORED, chatbotId)
        setChosen(chatbotId)
      },
    }
  }, [chatbots, chosen, isPending, session])
  return <ChatbotContext value={value}>{children}</ChatbotContext>
}

export function useChatbot(): ChatbotChoice {
  const choice = useContext(ChatbotContext)
  if (choice === null) throw new Error('There is no chatbot outside of the shell.')
  return choice
}
