/** The security policy of a custom domain (docs/aws §10.7). */
import { DefinitionError } from '../../core/errors.ts';
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Tolerance } from '../../core/errors.ts';
import type { ControlResource } from '../control-resource.ts';

/** AWS's default for Regional domains, and the policy of a domain with mutual TLS that names TLS 1.0. */
const USUAL = 'TLS_1_2';

/** Returns the security policy. With mutual TLS, AWS requires TLS 1.2 or later. */
export function findSecurityPolicy(properties: JsonObject): string {
  const policy = textOf(properties, 'SecurityPolicy');
  const isMutual = Object.keys(mapOf(properties, 'MutualTlsAuthentication')).length > 0;
  return policy === '' || (isMutual && policy === 'TLS_1_0') ? USUAL : policy;
}

/**
 * The policies that AWS documents (developer guide, "Supported security policies", and its API model of
 * 2026-08-07).
 */
const KNOWN =
  /^(?:TLS_1_[02]|SecurityPolicy_TLS1[23]_(?:1_[23]_)?(?:FIPS_)?(?:PFS_)?(?:PQ_)?20\d\d(?:_\d\d|_EDGE))$/;

/** Reports an unknown policy without refusing it, because it may be new. */
export function notePolicy(item: ControlResource, policy: string, tolerance: Tolerance): void {
  if (policy === '' || KNOWN.test(policy)) return;
  const error = new DefinitionError(item.place('SecurityPolicy'), `unknown security policy ${policy}`);
  tolerance.note(error, 'using TLS 1.2');
}
