/** Statements that are made from a list of columns. */

export function listOf(names: readonly string[]): string {
  return names.join(', ')
}

/** Its values are the columns', in their order. */
export function insertOf(table: string, columns: readonly string[], returning: string): string {
  const places = columns.map((_, index) => `$${index + 1}`)
  return `INSERT INTO ${table} (${listOf(columns)}) VALUES (${listOf(places)}) RETURNING ${returning}`
}

/** Its values are the id and the columns', in their order. */
export function updateOf(table: string, columns: readonly string[]): string {
  const set = columns.map((name, index) => `${name} = $${index + 2}`)
  return `UPDATE ${table} SET ${listOf(set)} WHERE id = $1 RETURNING *`
}
