import { badRequest, notFound } from '../../control-error.ts';
import type { Account } from '../../account.ts';
import type { ApiState } from '../../api-state.ts';
import type { Domains } from '../../domains/domains.ts';
import type { VpcLinks } from '../../vpc-links.ts';
import type { Ports, Random } from '../../../core/ports.ts';
import type { WireCall } from './wire-router.ts';

export interface ApiDirectory {
  readonly all: readonly ApiState[];
  readonly account: Account;
  readonly domains: Domains;
  readonly vpcLinks: VpcLinks;
  state(apiId: string): ApiState | undefined;
  add(api: ApiState): void;
  remove(apiId: string): void;
}

export type RestControl = {
  readonly apis: ApiDirectory;
  readonly random: Random;
  readonly accountId: string;
  /** The ports for TestInvokeMethod and TestInvokeAuthorizer, which call integrations. */
  readonly ports: Ports;
};

/**
 * Finds an API. @throws ControlError NotFoundException if there is none, with AWS's text for calls about the API itself
 * [obs]
 */
export function findApi({ apis, accountId }: RestControl, { path }: WireCall): ApiState {
  const apiId = path('restApiId');
  const api = apis.state(apiId);
  if (api?.identity.protocol !== 'rest')
    throw notFound(`Invalid API identifier specified ${accountId}:${apiId}`);
  return api;
}

/**
 * Finds the API for a call below `/resources/`. If the API is missing, AWS's error message is about the resource [obs].
 */
export function findResources({ apis }: RestControl, { path }: WireCall): ApiState {
  const api = apis.state(path('restApiId'));
  if (api?.identity.protocol !== 'rest') throw notFound('Invalid Resource identifier specified');
  return api;
}

/** Returns how an imported document is combined with the existing API. @throws ControlError for an unknown mode */
export function readImportMode({ query }: WireCall): 'merge' | 'overwrite' {
  const mode = query.get('mode') ?? 'merge';
  if (mode === 'merge' || mode === 'overwrite') return mode;
  throw badRequest('Invalid mode specified. Must be one of: [merge, overwrite]');
}
