/** From nothing to the first lead that arrives: what is done, and how to do the next step. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import { serverQuery } from '../../api/server.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { CreateChatbotDialog } from '../../app/create-chatbot-dialog.tsx'
import { texts } from '../../texts/texts.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { classNames } from '../../ui/class-names.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Icon } from '../../ui/icon.tsx'
import type { Setup, SetupStep } from './use-setup.ts'

const { setup: words } = texts.overview
const STEPS: readonly SetupStep[] = ['chatbot', 'webhook', 'receiver', 'widget', 'lead']

export function Checklist({ setup }: { setup: Setup }) {
  const { done, isDone, putAway } = setup
  const count = STEPS.filter((step) => done[step]).length
  const next = STEPS.find((step) => !done[step])
  return (
    <Card
      title={isDone ? words.doneTitle : words.title}
      description={isDone ? words.done : words.progress(count, STEPS.length)}
      weight={done.webhook ? 'plain' : 'main'}
      flush
      actions={
        done.chatbot && (
          <Button size="sm" variant="quiet" icon="cross" onClick={putAway}>
            {words.putAway}
          </Button>
        )
      }
    >
      <ol aria-label={words.label} className="divide-y divide-line">
        {STEPS.map((step) => (
          <Step key={step} step={step} isDone={done[step]} isNext={step === next}>
            <StepAction step={step} setup={setup} />
          </Step>
        ))}
      </ol>
    </Card>
  )
}

interface StepProps {
  step: SetupStep
  isDone: boolean
  isNext: boolean
  /** How to do it; of what is done it isn't shown. */
  children: ReactNode
}

function Step({ step, isDone, isNext, children }: StepProps) {
  const { title, what } = words.steps[step]
  return (
    <li
      aria-current={isNext ? 'step' : undefined}
      className={classNames(
        'grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-3 px-4',
        isNext ? 'bg-accent-wash py-3' : 'py-2',
      )}
    >
      <span
        className={classNames(
          'mt-0.5 grid size-5 place-items-center rounded-full border',
          isDone ? 'border-transparent bg-good-wash text-good' : 'border-line-strong/60 text-soft',
          isNext && 'border-accent bg-surface',
        )}
      >
        {isDone && <Icon name="check" size="sm" />}
      </span>
      <div className="grid min-w-0 gap-2">
        <div>
          <p
            className={classNames(
              'font-medium',
              isDone && 'text-soft',
              isNext && 'text-lg font-semibold',
            )}
          >
            {title}
            <span className="sr-only"> ({isDone ? words.isDone : words.isMissing})</span>
          </p>
          {!isDone && <p className={classNames('text-sm', !isNext && 'text-soft')}>{what}</p>}
        </div>
        {!isDone && children}
      </div>
    </li>
  )
}

function StepAction({ step, setup }: { step: SetupStep; setup: Setup }) {
  const { done, webhookId } = setup
  switch (step) {
    case 'chatbot':
      return <CreateChatbot />
    case 'webhook':
      if (!done.chatbot) return null
      return (
        <Action>
          <ButtonLink size="sm" icon="plus" to="/webhooks?create">
            {texts.overview.createWebhook}
          </ButtonLink>
        </Action>
      )
    case 'receiver':
      if (webhookId === null) return null
      return (
        <Action>
          <ButtonLink size="sm" icon="send" to={`/webhooks/${webhookId}`}>
            {words.tryWebhook}
          </ButtonLink>
        </Action>
      )
    case 'widget':
      return done.chatbot ? <Snippet /> : null
    case 'lead':
      return done.chatbot ? <TryIt /> : null
  }
}

function Action({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap gap-2">{children}</div>
}

function CreateChatbot() {
  const [creating, setCreating] = useState(false)
  return (
    <Action>
      <Button variant="primary" size="sm" icon="plus" onClick={() => setCreating(true)}>
        {texts.chatbots.create}
      </Button>
      <CreateChatbotDialog open={creating} onOpenChange={setCreating} />
    </Action>
  )
}

/** With what else one can set, such as the sites that may use it. */
function Snippet() {
  const { chatbotId } = useChatbot()
  const server = useQuery(serverQuery)
  if (chatbotId === null || !server.data) return null
  return (
    <>
      <CodeBlock
        label={texts.chatbots.install.script}
        code={`<script src="${server.data.publicUrl}/widget.js" data-chatbot-id="${chatbotId}" async></script>`}
        wrap
      />
      <p className="text-sm">
        <Link to={`/chatbots/${chatbotId}`} className="font-medium text-accent hover:underline">
          {words.sites}
        </Link>
      </p>
    </>
  )
}

function TryIt() {
  const { chatbotId } = useChatbot()
  const server = useQuery(serverQuery)
  if (chatbotId === null || !server.data) return null
  return (
    <p className="text-sm">
      <a
        href={`${server.data.publicUrl}/chat/${chatbotId}`}
        target="_blank"
        rel="noreferrer"
        className="inline-flex items-center gap-1.5 font-medium text-accent hover:underline"
      >
        {words.tryPage}
        <Icon name="external" size="sm" />
      </a>
    </p>
  )
}
