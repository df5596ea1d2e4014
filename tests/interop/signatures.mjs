// http-message-signatures (RFC 9421), at the time that is asked for:
// {verify: {name: {method, url, headers}}, keys: {keyid: JWK}, requires, now} → {name: true or why not};
// {sign: {name: {request, fields, values}}, key: JWK, keyid, now} → {name: headers}.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import http from 'http-message-signatures'

import { answer, question } from './asked.mjs'

const { createSigner, createVerifier, httpbis } = http
const PARAMETERS = ['created', 'expires', 'keyid', 'alg', 'nonce', 'tag']

const asked = await question()
Date.now = () => asked.now * 1000

const verifierOf = (keyid) => {
  const key = createPublicKey({ key: asked.keys[keyid], format: 'jwk' })
  return { id: keyid, algs: ['ed25519'], verify: createVerifier(key, 'ed25519') }
}

const verified = async (request) => {
  const config = {
    keyLookup: async ({ keyid }) => (keyid in asked.keys ? verifierOf(keyid) : null),
    requiredFields: asked.requires,
    requiredParams: PARAMETERS.filter((name) => name !== 'nonce'),
    maxAge: 300,
    all: true,
  }
  try {
    return (await httpbis.verifyMessage(config, request)) ?? 'there is no signature'
  } catch (error) {
    return error.message
  }
}

const signed = async ({ request, fields, values }) => {
  const key = createSigner(createPrivateKey({ key: asked.key, format: 'jwk' }), 'ed25519', asked.keyid)
  const paramValues = {
    ...values,
    created: new Date(asked.now * 1000),
    expires: new Date((asked.now + 60) * 1000),
  }
  const config = { key, fields, params: PARAMETERS, paramValues }
  return (await httpbis.signMessage(config, request)).headers
}

const done = {}
for (const [name, one] of Object.entries(asked.verify ?? asked.sign)) {
  done[name] = await (asked.verify ? verified(one) : signed(one))
}
answer(done)
