// rdf-validate-shacl on each document: {shapes, documents: {name: N-Triples}} →
// {name: [[focus node, path, constraint component], …]}, empty where it conforms.
import { Parser, Store } from 'n3'
import SHACLValidator from 'rdf-validate-shacl'

import { answer, question } from './asked.mjs'

const parse = (text) => new Store(new Parser().parse(text))

const { shapes, documents } = await question()
const validator = new SHACLValidator(parse(shapes))
const found = {}
for (const [name, text] of Object.entries(documents)) {
  const { results } = await validator.validate(parse(text))
  found[name] = results.map((one) => [
    one.focusNode.value,
    one.path?.value ?? null,
    one.sourceConstraintComponent.value,
  ])
}
answer(found)
