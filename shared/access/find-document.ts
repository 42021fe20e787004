/** Finds the access document for an event by its API and stage, never by anything that the caller sends. */
import type { AuthorizerKind } from '../aws/authorizer-event.ts';
import type { MethodArn } from '../aws/method-arn.ts';
import { DomainError } from '../errors.ts';
import type { ApiKind, CompiledAccess, CompiledDocument, CompiledQuota } from './compiled-document.ts';

const API_KINDS: Readonly<Record<AuthorizerKind, ApiKind>> = {
  rest: 'rest',
  'http-1.0': 'http',
  'http-2.0': 'http',
  websocket: 'websocket',
};

/** Reads the imported `access/compiled.json`. Only the build writes and checks this file. */
export function parseCompiledAccess(json: unknown): CompiledAccess {
  return json as CompiledAccess;
}

/** Returns the customer plans that the documents define, in the quota library's form. */
export function documentPlansOf({ documents }: CompiledAccess): CompiledQuota['plans'] {
  return documents.flatMap(({ quota }) => quota?.plans ?? []);
}

/**
 * Finds the document for the event's API. `deployedStage` is the stage of the authorizers' own stack; a document for
 * another stage does not apply.
 * @throws DomainError API_UNKNOWN if no document covers this API. Every caller then gets status 500, because no caller
 * is at fault.
 */
export function findDocument(
  { documents }: CompiledAccess,
  deployedStage: string,
  { apiId, stage }: MethodArn,
  kind: AuthorizerKind,
): CompiledDocument {
  const found = documentOf({ documents }, deployedStage, { apiId, stage });
  if (found === undefined)
    throw new DomainError('API_UNKNOWN', `no access document protects stage ${stage} of API ${apiId}`);
  if (found.kind !== API_KINDS[kind])
    throw new DomainError(
      'API_UNKNOWN',
      `the access document ${found.name} is for APIs of the kind ${found.kind}, but the event is from another kind of API`,
    );
  return found;
}

type ApiStage = Pick<MethodArn, 'apiId' | 'stage'>;

/** Returns the document that protects the API. Returns undefined if there is none. */
export function documentOf(
  { documents }: CompiledAccess,
  deployedStage: string,
  { apiId, stage }: ApiStage,
): CompiledDocument | undefined {
  return documents.find(({ apis }) =>
    apis.some((api) => api.for === deployedStage && api.apiId === apiId && api.stage === stage),
  );
}
