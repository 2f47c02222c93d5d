/**
 * `npm run differential`: gives every answer to curl, Python, Go and Node, and writes down what each
 * sees, with its version. `npm test` then holds the server to that table.
 */
import { ANSWERS } from './answers.ts'
import { otherClients } from './clients.ts'
import { ourResults, statusOf } from './ours.ts'
import { startRawServer } from './raw-server.ts'
import { hashOf, majority, type Table, writeTable } from './table.ts'

const server = await startRawServer(ANSWERS)
const urls = ANSWERS.map((_answer, index) => server.urlOf(index))
const clients = otherClients()
const columns: number[][] = []
for (const client of clients) columns.push(await client.statuses(urls))
const ours = (await ourResults(urls)).map(statusOf)
await server.close()

const table: Table = {
  clients: clients.map(({ name, version }) => ({ name, version })),
  rows: ANSWERS.map((answer, index) => ({
    name: answer.name,
    bytes: hashOf(answer),
    statuses: columns.map((column) => column[index] ?? 0),
  })),
}
writeTable(table, ours)

const missed = table.rows.filter((row, index) => {
  const status = majority(table, row)
  return status > 0 && status !== ours[index]
})
for (const { name } of missed) console.error(`Three of the others see a status, we don't: ${name}`)
console.log(`${table.rows.length} answers, by ${clients.map(({ name }) => name).join(', ')}`)
process.exitCode = missed.length > 0 ? 1 : 0
