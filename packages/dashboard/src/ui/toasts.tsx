/** Short messages about what was just done. They wait while the pointer or the focus is on them. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { texts } from '../texts/texts.ts'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'

interface Toast {
  id: number
  tone: 'good' | 'bad'
  message: string
}

interface Toasts {
  showToast(toast: Omit<Toast, 'id'>): void
}

const SHOWN_MS = 6_000
const TOASTS_MAX = 4

const ToastsContext = createContext<Toasts>({ showToast() {} })

export function useToasts(): Toasts {
  return useContext(ToastsContext)
}

let lastId = 0

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([])
  const value = useMemo<Toasts>(
    () => ({
      showToast: (toast) => {
        lastId += 1
        const added = { ...toast, id: lastId }
        setToasts((shown) => [...shown, added].slice(-TOASTS_MAX))
      },
    }),
    [],
  )
  const dismiss = (id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id))
  return (
    <ToastsContext value={value}>
      {children}
      <section
        aria-label={texts.ui.notifications}
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 bottom-4 z-60 grid justify-items-end gap-2"
      >
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onDismiss={() => dismiss(toast.id)} />
        ))}
      </section>
    </ToastsContext>
  )
}

/** What went wrong stays until it is dismissed. */
function ToastCard({ toast, onDismiss }: { toast: Toast; onDismiss(): void }) {
  const [held, setHeld] = useState(false)
  const isGood = toast.tone === 'good'
  useEffect(() => {
    if (held || !isGood) return
    const timer = setTimeout(onDismiss, SHOWN_MS)
    return () => clearTimeout(timer)
  })
  const hold = { onFocus: () => setHeld(true), onBlur: () => setHeld(false) }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only stays while somebody is on it
    <div
      {...hold}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      className="pointer-events-auto flex w-full max-w-sm items-center gap-2.5 rounded-control border border-line bg-raised py-1.5 pr-1.5 pl-3.5 shadow-float animate-appear"
    >
      <span className={classNames(isGood ? 'text-good' : 'text-bad')}>
        <Icon name={isGood ? 'check' : 'warning'} />
      </span>
      <p className="min-w-0 flex-1 text-sm [overflow-wrap:anywhere]">{toast.message}</p>
      <IconButton icon="cross" label={texts.ui.dismiss} onClick={onDismiss} />
    </div>
  )
}
