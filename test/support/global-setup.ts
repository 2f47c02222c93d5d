import { makeScratchFolder, removeScratchFolder } from './scratch-folder.ts'

export default function setUp(): () => void {
  makeScratchFolder()
  return removeScratchFolder
}
