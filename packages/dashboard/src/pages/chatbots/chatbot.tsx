/** One chatbot: what it asks and says, where it is used, and how it gets there. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { chatbotQuery } from '../../api/chatbots.ts'
import type { Versioned } from '../../api/request.ts'
import type { Chatbot } from '../../api/schema.ts'
import { Gone, isNotFound, READ_NOW_AND_THEN } from '../../app/gone.tsx'
import { NotFound } from '../../app/not-found.tsx'
import { useSession } from '../../app/session.tsx'
import { texts } from '../../texts/texts.ts'
import { Icon } from '../../ui/icon.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PageWithoutData } from '../../ui/page-without-data.tsx'
import { ChatbotActions } from './chatbot-actions.tsx'
import { Editor } from './editor.tsx'
import { InstallCard } from './install-card.tsx'

export default function ChatbotPage() {
  const { id = '' } = useParams()
  const chatbot = useQuery({ ...chatbotQuery(id), ...READ_NOW_AND_THEN })
  if (isNotFound(chatbot.error)) {
    if (!chatbot.data) return <NotFound />
    return (
      <Gone title={chatbot.data.name} trail={<Back />} action="chatbot.deleted">
        {texts.meanwhile.gone.chatbot}
      </Gone>
    )
  }
  if (chatbot.data) return <Loaded key={id} chatbot={chatbot.data} />
  return (
    <PageWithoutData
      title={texts.chatbots.title}
      trail={<Back />}
      error={chatbot.error}
      onRetry={chatbot.refetch}
    />
  )
}

function Loaded({ chatbot }: { chatbot: Versioned<Chatbot> }) {
  const { kind } = useSession()
  return (
    <>
      <PageHeader
        title={chatbot.name}
        trail={<Back />}
        actions={kind === 'operator' && <ChatbotActions chatbot={chatbot} />}
      />
      <div className="grid gap-4">
        <Editor chatbot={chatbot} />
        <InstallCard chatbot={chatbot} />
      </div>
    </>
  )
}

/** An owner has no others. */
function Back() {
  const { kind } = useSession()
  if (kind === 'chatbot') return null
  return (
    <Link
      to="/chatbots"
      className="inline-flex items-center gap-1 justify-self-start text-sm text-soft hover:text-ink"
    >
      <Icon name="left" size="sm" />
      {texts.chatbots.back}
    </Link>
  )
}
