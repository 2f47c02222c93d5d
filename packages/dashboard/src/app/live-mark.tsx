import { type LiveState, useLiveState } from '../live/live-updates.tsx'
import { texts } from '../texts/texts.ts'
import { classNames } from '../ui/class-names.ts'

const DOTS: Record<LiveState, string> = {
  connecting: 'bg-line-strong',
  live: 'bg-good',
  lost: 'bg-warn animate-shimmer',
}

/** Whether what is on screen follows what happens. */
export function LiveMark() {
  const state = useLiveState()
  return (
    <span
      role="status"
      title={texts.shell.liveHelp[state]}
      className="flex items-center gap-1.5 text-xs text-soft"
    >
      <span aria-hidden="true" className={classNames('size-2 rounded-full', DOTS[state])} />
      {texts.shell.live[state]}
    </span>
  )
}
