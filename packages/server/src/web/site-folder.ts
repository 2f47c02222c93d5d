/** Where what was built for browsers lies: beside this file once published, in its package before. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const SITE_PLACES = ['./site/', '../../../dashboard/dist/']
const WIDGET_PLACES = ['./widget/', '../../../widget/dist/']

/** Null: it was never built. */
export function findSiteFolder(places: readonly string[] = SITE_PLACES): string | null {
  return findFolder(places, 'index.html')
}

/** Null: it was never built. */
export function findWidgetFolder(places: readonly string[] = WIDGET_PLACES): string | null {
  return findFolder(places, 'assets/widget.js')
}

function findFolder(places: readonly string[], file: string): string | null {
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  return folders.find((folder) => existsSync(`${folder}${file}`)) ?? null
}
