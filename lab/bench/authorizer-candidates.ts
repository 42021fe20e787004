/** The authorizers that are compared. Each one decides on one RS256 token. */
import { join } from 'node:path';
import { LOCAL_ISSUER } from '#shared/access/tokens/issuers.ts';
import { toolFolder } from '../tools/install-tool.ts';

export type CandidateName =
  | 'empty handler'
  | 'aws-jwt-verify'
  | 'jose'
  | 'jsonwebtoken + jwks-rsa'
  | 'token-authorizer'
  | 'request-authorizer'
  | 'token-authorizer in middy'
  | 'token-authorizer, published documents';

/** Where the issuer's keys are when the first token arrives: already in memory, or one request over TLS away. */
export type Keys = 'memory' | 'fetched';

/** The source of a bundle. */
export type Program = {
  readonly name: string;
  /** The folder from which the candidate's packages are resolved. */
  readonly resolveDir: string;
} & ({ readonly source: (keys: Keys) => string } | { readonly entry: string });

export type Candidate = Program & {
  readonly name: CandidateName;
  /** The kind of event that the authorizer receives. */
  readonly event: 'token' | 'request';
  /** Environment variables in addition to those that all candidates get. */
  readonly environment?: Readonly<Record<string, string>>;
};

export const AUDIENCE = 'gatewright';
const RIVAL_FOLDER = toolFolder('bench-authorizer');

/**
 * Returns the source of a handler, written as the documentation of each library shows it. `claims` is the expression
 * that verifies `token`. All handlers pin issuer, audience and algorithm.
 */
const handlerOf = (before: string, claims: string): string => `
${before}
export const handler = async ({ authorizationToken, methodArn }) => {
  const token = /^Bearer +(.+)$/i.exec(authorizationToken)?.[1] ?? '';
  try {
    const claims = ${claims};
    const Statement = [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }];
    return { principalId: claims.sub, policyDocument: { Version: '2012-10-17', Statement }, context: {} };
  } catch {
    throw new Error('Unauthorized');
  }
};`;

/**
 * The authorizer wrapped in middy, with middlewares that do nothing. The authorizer itself does not load middy, because
 * loading middy adds 1 ms to a start.
 */
const IN_MIDDY = `import middy from '@middy/core';
import { handler as authorize } from './functions/token-authorizer.ts';
const nothing = () => {};
export const handler = middy().use({ before: nothing, after: nothing, onError: nothing }).handler(authorize);`;

const EMPTY = `export const handler = async () => ({ policyDocument: { Statement: [{ Effect: 'Allow' }] } });`;

const awsJwtVerify = (keys: Keys): string =>
  handlerOf(
    `import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
const jwksUri = process.env.BENCH_KEYS_URL;
const verifier = JwtVerifier.create({ issuer: '${LOCAL_ISSUER}', audience: '${AUDIENCE}', jwksUri });
${keys === 'memory' ? 'verifier.cacheJwks(JSON.parse(process.env.BENCH_KEY_SET));' : ''}`,
    'await verifier.verify(token)',
  );

const jose = (keys: Keys): string =>
  handlerOf(
    `import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
const keys = ${
      keys === 'memory'
        ? 'createLocalJWKSet(JSON.parse(process.env.BENCH_KEY_SET))'
        : 'createRemoteJWKSet(new URL(process.env.BENCH_KEYS_URL))'
    };
const options = { issuer: '${LOCAL_ISSUER}', audience: '${AUDIENCE}', algorithms: ['RS256'] };`,
    '(await jwtVerify(token, keys, options)).payload',
  );

const jsonwebtoken = (keys: Keys): string =>
  handlerOf(
    `import jwt from 'jsonwebtoken';
import jwksClient from 'jwks-rsa';
const { keys } = JSON.parse(process.env.BENCH_KEY_SET);
const client = jwksClient({
  jwksUri: process.env.BENCH_KEYS_URL,
  ${keys === 'memory' ? 'getKeysInterceptor: () => keys,' : ''}
});
const options = { issuer: '${LOCAL_ISSUER}', audience: '${AUDIENCE}', algorithms: ['RS256'] };
const keyOf = async (token) =>
  (await client.getSigningKey(jwt.decode(token, { complete: true }).header.kid)).getPublicKey();`,
    'jwt.verify(token, await keyOf(token), options)',
  );

export function candidates(root: string): readonly Candidate[] {
  return [
    { name: 'empty handler', source: () => EMPTY, resolveDir: root, event: 'token' },
    { name: 'aws-jwt-verify', source: awsJwtVerify, resolveDir: root, event: 'token' },
    { name: 'jose', source: jose, resolveDir: RIVAL_FOLDER, event: 'token' },
    { name: 'jsonwebtoken + jwks-rsa', source: jsonwebtoken, resolveDir: RIVAL_FOLDER, event: 'token' },
    {
      name: 'token-authorizer',
      entry: join(root, 'functions/token-authorizer.ts'),
      resolveDir: root,
      event: 'token',
    },
    {
      name: 'request-authorizer',
      entry: join(root, 'functions/request-authorizer.ts'),
      resolveDir: root,
      event: 'request',
    },
    { name: 'token-authorizer in middy', source: () => IN_MIDDY, resolveDir: root, event: 'token' },
    {
      name: 'token-authorizer, published documents',
      entry: join(root, 'functions/token-authorizer.ts'),
      resolveDir: root,
      event: 'token',
      environment: { GATEWRIGHT_DOCUMENTS: 'published' },
    },
  ];
}
