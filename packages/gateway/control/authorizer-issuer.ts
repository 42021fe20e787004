import { membersOf, textOf } from '@gatewright/aws/json-object';
import type { ControlResource } from './control-resource.ts';

/** Whether a JWT authorizer has no issuer. An import leaves it and its routes out with a warning (aws/aws-sam-cli#2410). */
export function hasNoIssuer({ properties }: Pick<ControlResource, 'properties'>): boolean {
  const { AuthorizerType, JwtConfiguration } = properties;
  return AuthorizerType === 'JWT' && textOf(membersOf(JwtConfiguration), 'Issuer') === '';
}
