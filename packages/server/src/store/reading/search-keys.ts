/**
 * What a search for a person compares: kept beside the lead, made from it here and nowhere else. When
 * the rule of a key changes, a step of the schema makes the kept ones anew, so that who was left by an
 * earlier version is found, and can be erased.
 */
import { contactKey, nameKey } from '../../text/typed-text.ts'

export interface SearchKeys {
  name_key: string
  email_key: string
  /** Null: the phone is its own key, as nearly all are. It spares those an index, and a rewriting. */
  phone_key: string | null
}

/** A row of PostgreSQL's index holds 2.7 KB; a character takes up to 4 bytes. */
const INDEXABLE_LENGTH_MAX = 600
const COLUMNS: readonly unknown[] = ['name_key', 'email_key', 'phone_key']

interface Person {
  customerName: string
  customerEmail: string
  customerPhone: string
}

export function keysOf({ customerName, customerEmail, customerPhone }: Person): SearchKeys {
  const phoneKey = contactKey(customerPhone)
  return {
    name_key: nameKey(customerName),
    email_key: contactKey(customerEmail),
    phone_key: phoneKey === customerPhone ? null : phoneKey,
  }
}

/** The same, no longer than an index of PostgreSQL takes. */
export function indexableKeysOf(person: Person): SearchKeys {
  const { name_key, email_key, phone_key } = keysOf(person)
  return {
    name_key: indexable(name_key),
    email_key: indexable(email_key),
    phone_key: phone_key === null ? null : indexable(phone_key),
  }
}

/** Cut between characters, not within one. */
export function indexable(key: string): string {
  return key.length <= INDEXABLE_LENGTH_MAX
    ? key
    : key.slice(0, INDEXABLE_LENGTH_MAX).replace(/[\ud800-\udbff]$/, '')
}

export function isSearchKey(column: string | undefined): boolean {
  return COLUMNS.includes(column)
}
