import { badRequest, orNotFound } from '../../control-error.ts';
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
 * Finds an API.
 * @throws ControlError NotFoundException if there is none, with AWS's text for calls about the API itself [obs]
 */
export function findApi(control: RestControl, call: WireCall): ApiState {
  const message = `Invalid API identifier specified ${control.accountId}:${call.path('restApiId')}`;
  return orNotFound(stateOf(control, call), message);
}

/**
 * Finds the API for a call below `/resources/`. If the API is missing, AWS's error message is about the resource [obs].
 */
export function findResources(control: RestControl, call: WireCall): ApiState {
  return orNotFound(stateOf(control, call), 'Invalid Resource identifier specified');
}

/** Returns the REST API that a call names; undefined if there is none. */
export function stateOf({ apis }: RestControl, { path }: WireCall): ApiState | undefined {
  const api = apis.state(path('restApiId'));
  return api?.identity.protocol === 'rest' ? api : undefined;
}

/**
 * Returns how an imported document is combined with the existing API.
 * @throws ControlError for an unknown mode
 */
export function readImportMode({ query }: WireCall): 'merge' | 'overwrite' {
  const mode = query.get('mode') ?? 'merge';
  if (mode === 'merge' || mode === 'overwrite') return mode;
  throw badRequest('Invalid mode specified. Must be one of: [merge, overwrite]');
}
