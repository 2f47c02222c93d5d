import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'

type Tone = 'info' | 'good' | 'warn' | 'bad'

const TONES: Record<Tone, { look: string; icon: IconName }> = {
  info: { look: 'bg-accent-wash text-ink border-accent/25', icon: 'info' },
  good: { look: 'bg-good-wash text-ink border-good/25', icon: 'check' },
  warn: { look: 'bg-warn-wash text-ink border-warn/30', icon: 'warning' },
  bad: { look: 'bg-bad-wash text-ink border-bad/30', icon: 'warning' },
}
const ICON_COLORS: Record<Tone, string> = {
  info: 'text-accent',
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
}

export interface NoticeProps {
  tone: Tone
  title?: string
  children?: ReactNode
  /** Buttons or links, at the end. */
  actions?: ReactNode
}

/** Something to know, where it matters. What is wrong is read out at once. */
export function Notice({ tone, title, children, actions }: NoticeProps) {
  const { look, icon } = TONES[tone]
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={classNames('flex gap-2.5 rounded-control border px-3.5 py-3', look)}
    >
      <span className={classNames('mt-0.75', ICON_COLORS[tone])}>
        <Icon name={icon} />
      </span>
      <div className="grid min-w-0 flex-1 gap-1.5">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="text-sm [overflow-wrap:anywhere]">{children}</div>}
        {actions && <div className="mt-1 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  )
}
