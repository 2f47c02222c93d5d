import { accessSync, constants } from 'node:fs'

/** Survives reboots, so it is on a disk: /tmp may be memory, where every commit's sync is free. */
const DISK_FOLDER = '/var/tmp'

/** Null: there is none to write to. */
export function diskFolder(): string | null {
  try {
    accessSync(DISK_FOLDER, constants.W_OK)
    return DISK_FOLDER
  } catch {
    return null
  }
}
