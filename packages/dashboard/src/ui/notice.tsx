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
  /** Without a frame, for what stands in one. */
  plain?: boolean
}

/** Something to know, where it matters. What is wrong is read out at once. */
export function Notice({ tone, title, children, actions, plain = false }: NoticeProps) {
  const { look, icon } = TONES[tone]
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={classNames(
        'flex items-start gap-2.5',
        !plain && 'rounded-control border px-3.5 py-2.5',
        !plain && look,
      )}
    >
      <span className={classNames('mt-0.5', ICON_COLORS[tone])}>
        <Icon name={icon} />
      </span>
      {/* Where there is room, what one does about it stands beside it. */}
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-2">
        <div className="grid min-w-0 flex-1 basis-80 gap-0.5">
          {title && <p className="font-medium">{title}</p>}
          {children && <div className="text-sm [overflow-wrap:anywhere]">{children}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  )
}
