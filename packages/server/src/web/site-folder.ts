/** Where the built dashboard lies: beside this file once published, in its own package before. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PLACES = ['./site/', '../../../dashboard/dist/']

/** Null: it was never built. */
export function findSiteFolder(places: readonly string[] = PLACES): string | null {
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  return folders.find((folder) => existsSync(`${folder}index.html`)) ?? null
}
