import { describeStore } from '../conformance/conformance.ts'
import { opener } from './open-store.ts'

describeStore('SQLite, in threads', opener('threads'), { movesTime: false })
