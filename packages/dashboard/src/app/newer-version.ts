/**
 * A page's code is loaded when somebody goes there, and its name holds a hash: after the server was
 * updated the old names are gone. Then the app is loaded anew, by itself and once for each version.
 */

const STORED = 'reloadedFrom'

/** In the words of Chromium and Firefox, of Safari, and of Vite about styles. */
export function isMissingCode(error: unknown): boolean {
  const message = error instanceof Error ? error.message : ''
  return /dynamically imported module|importing a module script|unable to preload/i.test(message)
}

/**
 * False: the app stays as it is. Offline a reload would leave nothing at all; with the same version it
 * would change nothing; and behind a balancer, between servers of two versions, it could go on forever.
 */
export async function reloadIfNewer(): Promise<boolean> {
  const ours = entryOf(document)
  if (ours === null) return false
  const past = sessionStorage.getItem(STORED) ?? ''
  if (past.split(' ').includes(ours)) return false
  const served = entryOf(await servedPage())
  if (served === null || served === ours) return false
  sessionStorage.setItem(STORED, `${past} ${ours}`)
  location.reload()
  return true
}

/** Of nothing, where the server can't be reached or answers with something else. */
async function servedPage(): Promise<Document> {
  const text = await fetch(location.pathname, { cache: 'no-store' })
    .then((response) => (response.ok ? response.text() : ''))
    .catch(() => '')
  return new DOMParser().parseFromString(text, 'text/html')
}

/** The script that everything begins with names the version. */
function entryOf(page: Document): string | null {
  return page.querySelector('script[type=module][src]')?.getAttribute('src') ?? null
}
