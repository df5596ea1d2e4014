// @digitalbazaar/data-integrity with eddsa-jcs-2022:
// {verify: {name: record}, did} → {name: what is wrong, or null};
// {sign: {name: record}, key, date} → {name: the record with its proof}.
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey'
import { createSignCryptosuite, createVerifyCryptosuite } from '@digitalbazaar/eddsa-jcs-2022-cryptosuite'
import jsigs from 'jsonld-signatures'

import { answer, question } from './asked.mjs'

const purpose = new jsigs.purposes.AssertionProofPurpose()

const loaderOf = (did) => async (url) => {
  const method = did.verificationMethod.find(({ id }) => id === url)
  if (url === did.id) return { documentUrl: url, document: did }
  if (method) {
    const document = { '@context': 'https://w3id.org/security/multikey/v1', ...method }
    return { documentUrl: url, document }
  }
  throw new Error(`asked to load ${url}`)
}

const mistakeOf = async (record, did) => {
  const suite = new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() })
  const found = await jsigs.verify(record, { suite, purpose, documentLoader: loaderOf(did) })
  return found.verified ? null : [found.error.message, ...found.error.errors.map(String)].join(': ')
}

const signed = async (record, key, date) => {
  const suite = new DataIntegrityProof({
    signer: key.signer(),
    date,
    cryptosuite: createSignCryptosuite(),
  })
  const documentLoader = (url) => { throw new Error(`asked to load ${url}`) }
  return jsigs.sign(record, { suite, purpose, documentLoader })
}

const asked = await question()
const done = {}
if (asked.verify) {
  for (const [name, record] of Object.entries(asked.verify)) {
    done[name] = await mistakeOf(record, asked.did)
  }
} else {
  const key = await Ed25519Multikey.from(asked.key)
  for (const [name, record] of Object.entries(asked.sign)) {
    done[name] = await signed(record, key, asked.date)
  }
}
answer(done)
