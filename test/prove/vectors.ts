/**
 * Passes the JWS and JWK test vectors of Project Wycheproof (C2SP/wycheproof, Apache-2.0) through our token verifier.
 * Their payloads are not claims, so each payload is replaced by claims after its bytes have been read, and before any
 * code reads the payload. All other code is the code that is shipped.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeySets } from '#shared/access/tokens/key-sets.ts';
import { createTokenVerifier } from '#shared/access/tokens/verify-token.ts';
import { DomainError } from '#shared/errors.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { anIssuer, someClaims } from '../support/signed-tokens.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

const FOLDER = join(REPOSITORY, 'test/vectors');
const FILES = ['json_web_signature_test.json', 'json_web_key_test.json', 'json_web_crypto_test.json'];
const ISSUER = anIssuer({ algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] });

type Vector = {
  readonly tcId: number;
  readonly comment: string;
  readonly jws?: unknown;
  readonly result: 'valid' | 'invalid' | 'acceptable';
};
type Group = { readonly public?: unknown; readonly private?: unknown; readonly tests: readonly Vector[] };

/** The result of one file. */
type Tally = {
  validAccepted: number;
  invalidRefused: number;
  /** Valid tokens that the verifier refuses on purpose: reason → test ids. */
  readonly validRefused: Record<string, string>;
  readonly refusedFor: Record<string, number>;
  readonly invalidAccepted: string[];
  /** Errors that are not a refusal of a token. In production, they would cause a 500. */
  readonly escaped: string[];
};

export const vectors: Proof = {
  name: 'vectors',
  claim: 'no invalid token of Project Wycheproof is accepted, and none causes an internal error',
  quick: true,
  async run(): Promise<Outcome> {
    const figures: Record<string, Figures> = {};
    const faults: string[] = [];
    for (const file of FILES) {
      const tally = await runFile(file);
      faults.push(...tally.invalidAccepted, ...tally.escaped);
      if (tally.validAccepted === 0)
        faults.push(`${file}: nothing valid is accepted, so the run proves nothing`);
      figures[file] = {
        ...tally,
        invalidAccepted: tally.invalidAccepted.length,
        escaped: tally.escaped.length,
      };
    }
    return faults.length === 0
      ? { kind: 'proven', figures }
      : { kind: 'refuted', reason: faults.join('; '), figures };
  },
};

async function runFile(file: string): Promise<Tally> {
  const { testGroups } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
    testGroups: readonly Group[];
  };
  const tally: Tally = {
    validAccepted: 0,
    invalidRefused: 0,
    validRefused: {},
    refusedFor: {},
    invalidAccepted: [],
    escaped: [],
  };
  for (const group of testGroups)
    for (const vector of group.tests)
      if (typeof vector.jws === 'string') await runVector(file, group, vector, tally);
  return tally;
}

async function runVector(file: string, group: Group, vector: Vector, tally: Tally): Promise<void> {
  const name = `${file} ${vector.tcId} (${vector.comment})`;
  const reason = await verify(String(vector.jws), group);
  if (reason instanceof Error) tally.escaped.push(`${name}: ${reason.message}`);
  else if (vector.result === 'invalid') {
    if (reason === undefined) tally.invalidAccepted.push(name);
    else {
      tally.invalidRefused += 1;
      tally.refusedFor[reason] = (tally.refusedFor[reason] ?? 0) + 1;
    }
  } else if (reason === undefined) tally.validAccepted += 1;
  else tally.validRefused[reason] = `${tally.validRefused[reason] ?? ''} ${vector.tcId}`.trim();
}

/**
 * Returns undefined if the token is accepted, a code if it is refused, and an error if something else failed. A key set
 * without a usable key counts as a refusal of the key.
 */
async function verify(jws: string, group: Group): Promise<string | Error | undefined> {
  const key = group.public ?? group.private;
  const keys = typeof key === 'object' && key !== null && 'keys' in key ? key.keys : [key];
  const fetcher = { fetch: () => Promise.resolve(JSON.stringify({ keys })) };
  const clock = { nowEpochMs: () => Date.now() };
  const verifyToken = createTokenVerifier(new KeySets(fetcher, clock), clock);
  const restore = putClaimsInPlaceOfPayloads();
  try {
    await verifyToken(jws, [ISSUER]);
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) return error instanceof Error ? error : new Error(String(error));
    if (error.code === 'KEY_SET_UNAVAILABLE') return 'KEY_REFUSED';
    return error.code.startsWith('TOKEN_') ? error.code : error;
  } finally {
    restore();
  }
}

/**
 * Replaces JSON.parse, so that every text that is not JSON gives accepted claims. Headers, member names and key sets
 * are parsed normally.
 */
function putClaimsInPlaceOfPayloads(): () => void {
  const original = JSON.parse;
  const claims = JSON.stringify(someClaims());
  JSON.parse = (text: string, ...rest): unknown => {
    try {
      return original(text, ...rest);
    } catch {
      return original(claims);
    }
  };
  return () => {
    JSON.parse = original;
  };
}
