import { inject } from 'vitest'

/** Of a server that this run's files share, started by the first that asks. */
export async function sharedAddress(name: 'postgres' | 'browser'): Promise<string> {
  const response = await fetch(`${inject('sharedServers')}/${name}`)
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}
