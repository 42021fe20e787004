/**
 * Custom domains of private APIs, with their mappings and associated endpoints (docs/aws §10.6). The Host header does
 * not show the client's endpoint, so the gateway assumes the endpoint that is associated with the domain.
 */
import { DefinitionError } from '../../core/errors.ts';
import {
  compileResourcePolicy,
  readEndpointTypes,
} from '../../core/deployment/authorization/compile-resource-policy.ts';
import { readText, requireValid } from '../../core/deployment/properties.ts';
import { partitionOf } from '@gatewright/aws/arn';
import { resourcesOf, toControlResource } from '../control-resource.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { PrivateDomain } from '../../core/events/request-facts.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { ControlResource } from '../control-resource.ts';

const DOMAIN = 'AWS::ApiGateway::DomainNameV2';
const ASSOCIATION = 'AWS::ApiGateway::DomainNameAccessAssociation';

type FoundDomain = { readonly item: ControlResource; readonly access: PrivateDomain };

/** Matches both names in an ARN such as `arn:aws:apigateway:eu-west-1::/domainnames/private.example.com+abcdef0123`. */
const ARN = /\/domainnames\/([^/+]+)(?:\+([a-z0-9]+))?$/;

/**
 * Returns the domain name in `DomainNameArn`.
 * @throws DefinitionError if this is not the ARN of a private domain name
 */
export function domainOfArn(item: ControlResource): string {
  const [, name] = ARN.exec(readText(item, 'DomainNameArn')) ?? [];
  if (name !== undefined) return name.toLowerCase();
  throw new DefinitionError(
    item.place('DomainNameArn'),
    `must be the ARN of a private domain name, not ${JSON.stringify(readText(item, 'DomainNameArn'))}`,
  );
}

/** Returns the private domains of the stacks. Invalid domains are reported and not served. */
export function findPrivateDomains(
  stacks: readonly ResolvedStack[],
  vpcEndpoints: ReadonlyMap<string, string>,
  tolerance: Tolerance,
): readonly FoundDomain[] {
  const associated = readAssociations(stacks, tolerance);
  return stacks.flatMap((stack) =>
    resourcesOf([stack], [DOMAIN])
      .map(toControlResource)
      .flatMap((item) =>
        tolerance.attempt<FoundDomain[]>(
          'the domain is not served',
          () => [{ item: requireValid(item), access: readAccess(item, stack, vpcEndpoints, associated) }],
          () => [],
        ),
      ),
  );
}

function readAccess(
  item: ControlResource,
  { region, accountId }: ResolvedStack,
  vpcEndpoints: ReadonlyMap<string, string>,
  associated: ReadonlyMap<string, readonly string[]>,
): PrivateDomain {
  const [type] = readEndpointTypes(item);
  if (type !== 'PRIVATE')
    throw new DefinitionError(
      item.place('EndpointConfiguration'),
      `must have the type PRIVATE, not ${type ?? 'none'}`,
    );
  const name = readText(item, 'DomainName').toLowerCase();
  const [, , id] = ARN.exec(item.id) ?? [];
  const arn = `arn:${partitionOf(region)}:execute-api:${region}:${accountId}:/domainnames/${name}${id === undefined ? '' : `+${id}`}`;
  const compiled = compileResourcePolicy(item, arn, { vpcEndpoints });
  const endpoints = associated.get(name) ?? [...vpcEndpoints.keys()];
  return {
    name,
    arn,
    vpcEndpoints,
    policy: compiled?.kind === 'policy' ? compiled.policy : undefined,
    // If there are several endpoints, a client selects one with the host `{api}-{vpce}.execute-api.…`.
    vpcEndpoint: endpoints[0],
  };
}

function readAssociations(
  stacks: readonly ResolvedStack[],
  tolerance: Tolerance,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const item of resourcesOf(stacks, [ASSOCIATION]).map(toControlResource))
    tolerance.attempt(
      'the endpoint is not associated with the domain',
      () => {
        const name = domainOfArn(requireValid(item));
        const source = readText(item, 'AccessAssociationSource').toLowerCase();
        if (!/^vpce-[0-9a-f]{8,17}$/.test(source))
          throw new DefinitionError(
            item.place('AccessAssociationSource'),
            `must be the id of a VPC endpoint, such as vpce-0123456789abcdef0, not ${JSON.stringify(source)}`,
          );
        found.set(name, [...(found.get(name) ?? []), source]);
      },
      () => undefined,
    );
  return found;
}
