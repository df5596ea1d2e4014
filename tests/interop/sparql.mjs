// Comunica and fetch-sparql-endpoint ask an endpoint:
// {client: "comunica" | "fetch", url, queries: {name: query}} →
// {name: {truth} | {rows: [{variable: term}]} | {triples: [[term, term, term]]}},
// a term being [type, value, language, datatype].
import { QueryEngine } from '@comunica/query-sparql'
import { SparqlEndpointFetcher } from 'fetch-sparql-endpoint'

import { answer, question } from './asked.mjs'

const term = (found) => [
  found.termType, found.value, found.language ?? '', found.datatype?.value ?? '',
]
const triple = (quad) => [quad.subject, quad.predicate, quad.object].map(term)
const collected = (stream) => new Promise((resolve, reject) => {
  const found = []
  stream.on('data', (one) => found.push(one))
  stream.on('end', () => resolve(found))
  stream.on('error', reject)
})

const comunica = (url) => {
  const engine = new QueryEngine()
  return async (query) => {
    const asked = await engine.query(query, { sources: [{ type: 'sparql', value: url }] })
    switch (asked.resultType) {
      case 'boolean': return { truth: await asked.execute() }
      case 'quads': return { triples: (await collected(await asked.execute())).map(triple) }
      default: return {
        rows: (await collected(await asked.execute())).map((row) => Object.fromEntries(
          [...row].map(([variable, value]) => [variable.value, term(value)]),
        )),
      }
    }
  }
}

const fetcher = (url) => {
  const endpoint = new SparqlEndpointFetcher()
  return async (query) => {
    switch (await endpoint.getQueryType(query)) {
      case 'ASK': return { truth: await endpoint.fetchAsk(url, query) }
      case 'CONSTRUCT': return {
        triples: (await collected(await endpoint.fetchTriples(url, query))).map(triple),
      }
      default: return {
        rows: (await collected(await endpoint.fetchBindings(url, query))).map((row) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, term(value)]))),
      }
    }
  }
}

const asked = await question()
const ask = { comunica, fetch: fetcher }[asked.client](asked.url)
const found = {}
for (const [name, query] of Object.entries(asked.queries)) found[name] = await ask(query)
answer(found)
