/** Values on their way to PostgreSQL and back. */
import pg from 'pg'
import { assert } from '../../../errors.ts'

type Item = string | number | null

/**
 * An array as PostgreSQL writes it, for `unnest`. Much cheaper than a parameter for each value: one
 * text of a statement serves a batch of any size, and is planned once.
 */
export function array(items: readonly Item[]): string {
  let text = '{'
  for (const [index, item] of items.entries()) {
    if (index > 0) text += ','
    if (item === null) text += 'NULL'
    else if (typeof item === 'number') text += item
    else text += quoted(item)
  }
  return `${text}}`
}

function quoted(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/**
 * PostgreSQL keeps no U+0000 in a text; endpoints answer with it, and callers put it into ids.
 * Nothing that the contract keeps to the letter may hold one (wire-format, Body, 4).
 */
export function storable(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes('\0')) return value
  return value.replaceAll('\0', '\ufffd')
}

const INT8 = 20
const NUMERIC = 1700

/** 64-bit integers as numbers: ours are milliseconds and counts. Sums of them are `numeric`. */
export const valueTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8 || oid === NUMERIC) return toNumber
    return format === 'binary' ? pg.types.getTypeParser(oid, format) : pg.types.getTypeParser(oid)
  },
}

function toNumber(text: string): number {
  const value = Number(text)
  assert(Number.isSafeInteger(value), 'a 64-bit integer of ours fits a double')
  return value
}

/** The values of one column of many rows, as an array. */
export function column<Row>(rows: readonly Row[], read: (row: Row) => Item): string {
  return array(rows.map(read))
}
