import { useSyncExternalStore } from 'react'
import { texts } from '../texts/texts.ts'
import { Icon } from '../ui/icon.tsx'

export function OfflineBanner() {
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine)
  return (
    <div aria-live="assertive">
      {!isOnline && (
        <p className="flex items-center gap-2 bg-warn-wash px-4 py-2 text-sm text-warn sm:px-6 lg:px-8">
          <Icon name="warning" />
          {texts.shell.offline}
        </p>
      )}
    </div>
  )
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('online', listener)
  window.addEventListener('offline', listener)
  return () => {
    window.removeEventListener('online', listener)
    window.removeEventListener('offline', listener)
  }
}
