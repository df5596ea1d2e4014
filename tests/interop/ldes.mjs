// ldes-client replicates a feed, or follows it while it grows:
// {url, ordered?, after?, follow?: different members to wait for, count?: only count them} →
// {members: [{id, timestamp, isVersionOf, quads: N-Quads}], count, fragments: [url, …],
//  cpu: seconds that it took}.
import { DataFactory, Writer } from 'n3'
import { intoConfig, replicateLDES } from 'ldes-client'

import { answer, question } from './asked.mjs'

const term = (found) => {
  switch (found.termType) {
    case 'NamedNode': return DataFactory.namedNode(found.value)
    case 'BlankNode': return DataFactory.blankNode(found.value)
    case 'DefaultGraph': return DataFactory.defaultGraph()
    default: return DataFactory.literal(found.value, found.language || term(found.datatype))
  }
}

const written = (quads) => new Writer({ format: 'N-Quads' }).quadsToString(
  quads.map((quad) => DataFactory.quad(
    term(quad.subject), term(quad.predicate), term(quad.object), term(quad.graph),
  )),
)

const asked = await question()
const start = process.cpuUsage()
const client = replicateLDES(intoConfig({
  url: asked.url,
  polling: asked.follow !== undefined,
  pollInterval: 500,
  after: asked.after ? new Date(asked.after) : undefined,
}), asked.ordered ?? 'none')
const fragments = []
client.on('fragment', ({ url }) => fragments.push(url))
client.on('error', (error) => { throw error })
const members = []
const ids = new Set()
for await (const { id, timestamp, isVersionOf, quads } of client.stream()) {
  ids.add(id.value)
  if (!asked.count) members.push({ id: id.value, timestamp, isVersionOf, quads: written(quads) })
  if (ids.size === asked.follow) break
}
const { user, system } = process.cpuUsage(start)
answer({ members, count: ids.size, fragments, cpu: (user + system) / 1e6 })
