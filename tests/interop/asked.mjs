// What a test asks, from standard input; and the answer, to standard output.
import { text } from 'node:stream/consumers'

export const question = async () => JSON.parse(await text(process.stdin))

export const answer = (value) => process.stdout.write(JSON.stringify(value))
