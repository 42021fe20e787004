/** `IntegrationSubtype` of HTTP APIs: an operation of an AWS service (docs/aws §8). */
import { DefinitionError } from '../../errors.ts';
import { type ChangeValue, parseChangeValue } from '../../mapping/parameter-change.ts';
import { REGION_PARAMETER, SERVICE_SUBTYPES } from '../../mapping/service-subtype.ts';
import { compileResponseChanges } from './compile-parameter-changes.ts';
import { invalidMapping } from './mapping-refusal.ts';
import { readText, readTextMap } from '../properties.ts';
import { readTimeoutMs } from './timeouts.ts';
import type { Tolerance } from '../../errors.ts';
import type { HttpApiServiceIntegration } from '../../mapping/integration.ts';
import type { PropertyBag } from '../properties.ts';

/** @throws DefinitionError for a definition that AWS refuses */
export function compileServiceSubtype(
  integration: PropertyBag,
  tolerance: Tolerance,
): HttpApiServiceIntegration {
  const name = readText(integration, 'IntegrationSubtype');
  const subtype = Object.hasOwn(SERVICE_SUBTYPES, name) ? SERVICE_SUBTYPES[name] : undefined;
  const refuse = (property: string, message: string): DefinitionError =>
    new DefinitionError(integration.place(property), message);
  if (subtype === undefined)
    throw refuse(
      'IntegrationSubtype',
      `"${name}" is not an integration subtype; expected one of ${Object.keys(SERVICE_SUBTYPES).join(', ')}`,
    );
  if (readText(integration, 'PayloadFormatVersion', '') !== '1.0')
    throw refuse(
      'PayloadFormatVersion',
      `PayloadFormatVersion of ${name} must be "1.0", not ${JSON.stringify(readText(integration, 'PayloadFormatVersion', ''))}`,
    );
  // AWS requires a role, but the gateway accepts a missing role: a role from a stack that is not loaded cannot be
  // resolved, so the property was removed before this check.
  const roleArn = readText(integration, 'CredentialsArn', '');
  const given = readTextMap(integration, 'RequestParameters') ?? {};
  const known = [...Object.keys(subtype.required), ...Object.keys(subtype.optional), REGION_PARAMETER];
  const unknown = Object.keys(given).find((parameter) => !known.includes(parameter));
  if (unknown !== undefined)
    throw refuse(`RequestParameters.${unknown}`, `${name} accepts only ${known.join(', ')}, not ${unknown}`);
  const missing = Object.keys(subtype.required).filter((parameter) => (given[parameter] ?? '') === '');
  if (missing.length > 0) throw refuse('RequestParameters', `${name} needs ${missing.join(' and ')}`);
  return {
    kind: 'http-api-service',
    name,
    subtype,
    roleArn: roleArn === '' ? undefined : roleArn,
    parameters: Object.entries(given).map(([parameter, text]) => [
      parameter,
      readValue(text, (message) => refuse(`RequestParameters.${parameter}`, message)),
    ]),
    timeoutMs: readTimeoutMs(integration, 'http', tolerance),
    responseChanges: compileResponseChanges(integration),
  };
}

function readValue(text: string, refuse: (message: string) => DefinitionError): ChangeValue {
  const value = parseChangeValue(text, 'request');
  if (value === undefined) throw refuse(invalidMapping(`Invalid mapping expression specified: ${text}`));
  return value;
}
