/**
 * Loads a package that the benchmark installed. Its types are not there when ours are checked, so
 * whoever loads one declares the part that it uses; `install.ts` pins the version this is true of.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PACKAGES_FOLDER } from './install.ts'

const requirePeer = createRequire(join(PACKAGES_FOLDER, 'package.json'))

export function loadPackage<Api>(name: string): Api {
  return requirePeer(name) as Api
}
