/**
 * Everything the app says. Another language is another folder with the same shape: its type is that
 * of the English one, so that a missing sentence doesn't compile.
 */
import { en } from './en/en.ts'

type Texts = typeof en

export const texts: Texts = en
