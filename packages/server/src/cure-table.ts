/**
 * What each cause means and how it is cured, in words for whoever owns the endpoint. Constants, all of
 * them: nothing of an answer, of a URL or of a visitor is ever part of these texts, so they may go
 * anywhere (into a notice, a log, an email).
 */
import { ANSWER_CURES } from './answer-cures.ts'
import type { CureWords } from './cure-words.ts'
import { FAULT_CURES } from './fault-cures.ts'

export type CureCode = keyof typeof ANSWER_CURES | keyof typeof FAULT_CURES

export const CURES: Readonly<Record<CureCode, CureWords>> = { ...ANSWER_CURES, ...FAULT_CURES }
