import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Small files, so vitest would take them last, and one core would be idle till they are through. */
const LONGEST = [
  'test/simulation/seeds-',
  'store/postgres/postgres-store.test.ts',
  'test/sqlite/threads.test.ts',
  'test/browser/',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.findIndex((part) => moduleId.includes(part))
      return index < 0 ? LONGEST.length : index
    }
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}
