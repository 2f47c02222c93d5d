/**
 * Rooms are the folders of the server's source. A room imports the nouns and the world (files in
 * src/ itself, and the folders of the world) and the store's contract, never another room; main.ts,
 * main/ and the command line join them.
 */
import { posix } from 'node:path'
import { isTest, placeOf, type SourceFile, withoutComments } from './source-file.ts'

const SERVER_SOURCE = 'packages/server/src/'
const ROOMS = [
  'api',
  'ingest',
  'store',
  'schedule',
  'sign',
  'send',
  'record',
  'listen',
  'web',
  'cli',
]
/** Of the world, where it takes more than a file: what an operator says, texts, files in DATA_DIR. */
const WORLD_FOLDERS = ['settings', 'text', 'files']
/** Of nouns, likewise: what a webhook wants. */
const NOUN_FOLDERS = ['wants']
/** What main.ts is made of. */
const ASSEMBLY = 'main'
/** Joining a room to these would join it to all that they join. */
const JOINTS = ['main.ts', 'deliver.ts']
/** What the store promises: to what delivers, to who asks, and the two together. */
const CONTRACT = ['store/road.ts', 'store/desk.ts', 'store/store.ts']

const IMPORT_FROM =
  /^[ \t]*(?:import|export)\s+(type\s+)?([\w\s{},*$]+?)\s+from\s+['"]([^'"]+)['"]/gm
const IMPORT_BARE = /\bimport\s*\(?\s*['"]([^'"]+)['"]/g
const MODULE_URL = /new URL\(\s*['"]([^'"]+\.ts)['"]/g

interface Import {
  specifier: string
  typeOnly: boolean
  index: number
}

/** One sentence for each import that joins what only main.ts, main/ and cli/ may join. */
export function findJoinedRooms(file: SourceFile): string[] {
  if (!file.path.startsWith(SERVER_SOURCE) || isTest(file.path)) return []
  const from = file.path.slice(SERVER_SOURCE.length)
  return listImports(withoutComments(file.text))
    .filter(({ specifier }) => specifier.startsWith('.'))
    .flatMap((found) => {
      const to = posix.join(posix.dirname(from), found.specifier)
      const reason = whyForbidden(from, to, found.typeOnly)
      return reason === null ? [] : [`${placeOf(file, found.index)} imports ${to}: ${reason}`]
    })
}

function whyForbidden(from: string, to: string, typeOnly: boolean): string | null {
  const [home, target] = [roomOf(from), roomOf(to)]
  if (from === 'main.ts' || home === ASSEMBLY || home === 'cli') return null
  if (JOINTS.includes(to) || target === ASSEMBLY) return 'nothing knows who joins it'
  if (target === null || target === home || CONTRACT.includes(to)) return null
  if (from === 'deliver.ts') {
    return typeOnly ? null : 'deliver.ts may take only types from rooms'
  }
  if (home === null) return 'a noun or a world file does not know the rooms'
  return `the room "${home}" may not use the room "${target}"`
}

/** Null for nouns and the world. A folder that isn't listed is a room too. */
function roomOf(path: string): string | null {
  const [first, ...rest] = path.split('/')
  if (rest.length === 0 || first === undefined || first === '..') return null
  return [...WORLD_FOLDERS, ...NOUN_FOLDERS].includes(first) ? null : first
}

/** One sentence for each folder that the design doesn't know. */
export function findUnknownRooms(file: SourceFile): string[] {
  if (!file.path.startsWith(SERVER_SOURCE)) return []
  const room = roomOf(file.path.slice(SERVER_SOURCE.length))
  if (room === null || room === ASSEMBLY || ROOMS.includes(room)) return []
  return [`${file.path}: "${room}" is not a room of the design (${ROOMS.join(', ')})`]
}

function listImports(text: string): Import[] {
  const named = [...text.matchAll(IMPORT_FROM)].map((match) => ({
    specifier: match[3] ?? '',
    typeOnly: match[1] !== undefined || hasOnlyTypes(match[2] ?? ''),
    index: match.index,
  }))
  const others = [IMPORT_BARE, MODULE_URL].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({
      specifier: match[1] ?? '',
      typeOnly: false,
      index: match.index,
    })),
  )
  return [...named, ...others]
}

function hasOnlyTypes(clause: string): boolean {
  const [, names] = /^\{([^}]*)\}$/.exec(clause.trim()) ?? []
  if (names === undefined) return false
  const list = names.split(',').map((name) => name.trim())
  return list.every((name) => name === '' || name.startsWith('type '))
}
