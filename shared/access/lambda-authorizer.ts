/** The authorizer as it runs in a Lambda function: configuration from the environment, real clock and network. */
import { readAuthorizerConfig } from '../config.ts';
import { createAuthorizer } from './authorize.ts';
import type { Authorizer } from './authorize.ts';
import { parseCompiledAccess } from './find-document.ts';
import { createKeySetFetcher } from './key-set-fetcher.ts';

/**
 * One per instance, made at its first event so that a bad configuration fails calls and not the start.
 * @param compiled `access/compiled.json`
 * @throws DomainError CONFIG_INVALID
 */
export function createLambdaAuthorizer(compiled: unknown): Authorizer {
  return createAuthorizer(parseCompiledAccess(compiled), readAuthorizerConfig(), {
    clock: { nowEpochMs: () => Date.now() },
    keySets: createKeySetFetcher(),
  });
}
