/** Among many chatbots one is found by a part of its name: the server looks, through all of them. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { chatbotListQuery } from '../api/chatbots.ts'
import { texts } from '../texts/texts.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { useChatbot } from './chatbot-choice.tsx'

interface ChatbotFinderProps {
  open: boolean
  onOpenChange(open: boolean): void
  onCreate(): void
}

export function ChatbotFinder({ open, onOpenChange, onCreate }: ChatbotFinderProps) {
  const [q, setQ] = useState('')
  const close = () => {
    onOpenChange(false)
    setQ('')
  }
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      size="sm"
      title={texts.shell.chooseChatbot}
      footer={
        <Button
          icon="plus"
          onClick={() => {
            close()
            onCreate()
          }}
        >
          {texts.shell.newChatbot}
        </Button>
      }
    >
      <div className="grid gap-4">
        <SearchField
          label={texts.shell.findChatbot}
          placeholder={texts.shell.findPlaceholder}
          value={q}
          onSearch={setQ}
        />
        <Found q={q} onChosen={close} />
      </div>
    </Dialog>
  )
}

function Found({ q, onChosen }: { q: string; onChosen(): void }) {
  const { chatbotId, choose } = useChatbot()
  const found = useQuery(chatbotListQuery({ q: q === '' ? null : q, cursor: null }))
  if (found.error) return <ErrorState error={found.error} onRetry={found.refetch} />
  if (found.data === undefined) return <SkeletonRows />
  const take = (id: string | null) => {
    choose(id)
    onChosen()
  }
  const { data: chatbots, nextCursor } = found.data
  return (
    <>
      <ul aria-label={texts.shell.foundChatbots} className="-mx-2 grid gap-0.5">
        {q === '' && (
          <Choice
            name={texts.shell.allChatbots}
            isChosen={chatbotId === null}
            onChoose={() => take(null)}
          />
        )}
        {chatbots.map(({ id, name }) => (
          <Choice key={id} name={name} isChosen={id === chatbotId} onChoose={() => take(id)} />
        ))}
      </ul>
      {/* Read out while one types. */}
      <p role="status" className="text-sm text-soft">
        {chatbots.length === 0 && texts.shell.noneFound}
        {nextCursor !== null && texts.shell.moreFound}
      </p>
    </>
  )
}

interface ChoiceProps {
  name: string
  isChosen: boolean
  onChoose(): void
}

function Choice({ name, isChosen, onChoose }: ChoiceProps) {
  return (
    <li>
      <button
        type="button"
        aria-current={isChosen || undefined}
        onClick={onChoose}
        className={classNames(
          'flex min-h-10 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-sunken',
          isChosen && 'font-medium',
        )}
      >
        <span className="min-w-0 flex-1 truncate">{name}</span>
        {isChosen && <Icon name="check" size="sm" />}
      </button>
    </li>
  )
}
