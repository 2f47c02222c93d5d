import { Tabs as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'

interface Tab {
  value: string
  label: string
  content: ReactNode
}

interface TabsProps {
  /** What the row of tabs is, for those who hear the page. */
  label: string
  tabs: readonly Tab[]
  value?: string
  onValueChange?(value: string): void
}

export function Tabs({ label, tabs, value, onValueChange }: TabsProps) {
  const controlled = value === undefined ? { defaultValue: tabs[0]?.value ?? '' } : { value }
  return (
    <Primitive.Root {...controlled} {...(onValueChange ? { onValueChange } : {})}>
      <Primitive.List
        aria-label={label}
        className="flex gap-1 overflow-x-auto overflow-y-hidden border-b border-line"
      >
        {tabs.map((tab) => (
          <Primitive.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px min-h-10 sm:min-h-9 shrink-0 border-b-2 border-transparent px-3 text-sm font-medium whitespace-nowrap text-soft -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {tab.label}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map((tab) => (
        <Primitive.Content key={tab.value} value={tab.value} className="pt-4">
          {tab.content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  )
}
