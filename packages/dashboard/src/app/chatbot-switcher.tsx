import { lazy, Suspense, useState } from 'react'
import { texts } from '../texts/texts.ts'
import { Icon } from '../ui/icon.tsx'
import { Menu, MenuChoice, MenuItem, MenuLine } from '../ui/menu.tsx'
import { useChatbot } from './chatbot-choice.tsx'
import { CreateChatbotDialog } from './create-chatbot-dialog.tsx'
import { useSession } from './session.tsx'

/** Loaded when it is opened: most have no use for it. */
const ChatbotFinder = lazy(async () => ({
  default: (await import('./chatbot-finder.tsx')).ChatbotFinder,
}))

const ALL = 'all'
/** More are looked for by their names. */
const LISTED_MAX = 12
const FACE =
  'flex h-10 lg:h-9 w-full items-center gap-2 rounded-control border border-line bg-canvas px-2.5 text-left'

/** An owner sees which chatbot it is; an operator chooses. */
export function ChatbotSwitcher() {
  const { kind } = useSession()
  const { chatbot, chatbots, isLoading, choose } = useChatbot()
  const [creating, setCreating] = useState(false)
  const [finding, setFinding] = useState(false)
  const name = chatbot?.name ?? (isLoading ? texts.shell.loading : texts.shell.allChatbots)
  if (kind === 'chatbot') {
    return (
      <p className={FACE}>
        <span className="text-soft">
          <Icon name="chatbots" />
        </span>
        <span className="truncate font-medium">{name}</span>
      </p>
    )
  }
  const face = {
    'aria-label': `${texts.shell.chatbot}: ${name}`,
    className: `${FACE} hover:border-line-strong/60`,
  }
  const create = <CreateChatbotDialog open={creating} onOpenChange={setCreating} />
  if (chatbots.length > LISTED_MAX) {
    return (
      <>
        <button type="button" aria-haspopup="dialog" {...face} onClick={() => setFinding(true)}>
          <Face name={name} />
        </button>
        {finding && (
          <Suspense>
            <ChatbotFinder
              open={finding}
              onOpenChange={setFinding}
              onCreate={() => setCreating(true)}
            />
          </Suspense>
        )}
        {create}
      </>
    )
  }
  const options = [
    { value: ALL, label: texts.shell.allChatbots },
    ...chatbots.map((one) => ({ value: one.id, label: one.name })),
  ]
  return (
    <>
      <Menu
        align="start"
        trigger={
          <button type="button" {...face}>
            <Face name={name} />
          </button>
        }
      >
        <MenuChoice
          label={texts.shell.chooseChatbot}
          value={chatbot?.id ?? ALL}
          options={options}
          onChange={(value) => choose(value === ALL ? null : value)}
        />
        <MenuLine />
        <MenuItem icon="plus" onSelect={() => setCreating(true)}>
          {texts.shell.newChatbot}
        </MenuItem>
      </Menu>
      {create}
    </>
  )
}

function Face({ name }: { name: string }) {
  return (
    <>
      <span className="text-soft">
        <Icon name="chatbots" />
      </span>
      <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
      <span className="text-soft">
        <Icon name="updown" />
      </span>
    </>
  )
}
