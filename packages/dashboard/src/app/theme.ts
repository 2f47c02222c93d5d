/** Which theme: the system's unless somebody chose. `index.html` applies the choice before the first paint. */
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const STORED = 'theme'
const listeners = new Set<() => void>()

export function useTheme(): { theme: Theme; setTheme(theme: Theme): void } {
  return { theme: useSyncExternalStore(subscribe, readTheme), setTheme }
}

/** What is really shown. */
export function useColorScheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () => {
    const theme = readTheme()
    if (theme !== 'system') return theme
    return systemIsDark().matches ? 'dark' : 'light'
  })
}

function setTheme(theme: Theme) {
  if (theme === 'system') {
    localStorage.removeItem(STORED)
    delete document.documentElement.dataset.theme
  } else {
    localStorage.setItem(STORED, theme)
    document.documentElement.dataset.theme = theme
  }
  for (const listener of listeners) listener()
}

function readTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  systemIsDark().addEventListener('change', listener)
  return () => {
    listeners.delete(listener)
    systemIsDark().removeEventListener('change', listener)
  }
}

function systemIsDark(): MediaQueryList {
  return window.matchMedia('(prefers-color-scheme: dark)')
}
