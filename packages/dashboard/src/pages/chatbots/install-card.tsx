import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Chatbot } from '../../api/schema.ts'
import { serverQuery } from '../../api/server.ts'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CopyValue } from '../../ui/copy-value.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

const { install } = texts.chatbots

/** With the address by which others reach the server, which may not be the one in the address bar. */
export function InstallCard({ chatbot }: { chatbot: Chatbot }) {
  const server = useQuery(serverQuery)
  return (
    <Card title={install.title} description={install.intro}>
      {server.error ? (
        <ErrorState error={server.error} onRetry={server.refetch} />
      ) : server.data ? (
        <Ways chatbot={chatbot} publicUrl={server.data.publicUrl} />
      ) : (
        <Skeleton className="h-40" />
      )}
    </Card>
  )
}

function Ways({ chatbot, publicUrl }: { chatbot: Chatbot; publicUrl: string }) {
  const { id, allowedOrigins } = chatbot
  const page = `${publicUrl}/chat/${id}`
  return (
    <div className="grid items-start gap-x-6 gap-y-4 lg:grid-cols-2">
      <div className="grid gap-3 lg:col-span-2">
        <CodeBlock
          label={install.script}
          code={`<script src="${publicUrl}/widget.js" data-chatbot-id="${id}" async></script>`}
          wrap
        />
        {allowedOrigins.length === 0 && <Notice tone="warn">{install.noOrigins}</Notice>}
      </div>
      <Way title={install.page} intro={install.pageIntro}>
        <CopyValue value={page} copyLabel={install.copyPage} />
        <a
          href={page}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1.5 justify-self-start text-sm font-medium text-accent hover:underline"
        >
          {install.openPage}
          <Icon name="external" size="sm" />
        </a>
      </Way>
      <Way title={install.policy} intro={install.policyIntro}>
        <CodeBlock
          label={install.policy}
          caption="Content-Security-Policy"
          code={`script-src ${publicUrl}; connect-src ${publicUrl}`}
          wrap
        />
      </Way>
    </div>
  )
}

function Way({ title, intro, children }: { title: string; intro: string; children: ReactNode }) {
  return (
    <section className="grid gap-2">
      <div>
        <h3 className="text-sm font-semibold">{title}</h3>
        <p className="text-sm text-soft">{intro}</p>
      </div>
      {children}
    </section>
  )
}
