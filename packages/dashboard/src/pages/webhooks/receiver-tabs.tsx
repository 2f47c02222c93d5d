import { texts } from '../../texts/texts.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { type ReceiverValues, receiversFor } from './receivers.ts'

export function ReceiverTabs(values: ReceiverValues) {
  return (
    <div className="grid gap-3">
      <Tabs
        label={texts.webhooks.receiver.tabs}
        tabs={receiversFor(values).map(({ name, file, code, commands }) => ({
          value: name,
          label: name,
          content: (
            <div className="grid gap-3">
              {/* Above: below so much code nobody would find it. */}
              <CodeBlock
                label={texts.webhooks.receiver.runLabel(name)}
                caption={texts.webhooks.receiver.run}
                code={commands}
                wrap
              />
              <CodeBlock label={name} caption={file} code={code} />
            </div>
          ),
        }))}
      />
      <p className="text-sm text-soft">{texts.webhooks.receiver.secretHint}</p>
    </div>
  )
}
