import { describeStore } from '../../../test/conformance/conformance.ts'
import { opener } from '../../../test/sqlite/open-store.ts'

describeStore('SQLite, inline', opener('inline'))
