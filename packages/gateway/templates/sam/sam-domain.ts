/**
 * Converts `Domain` of a SAM API to the custom domain and its mappings.
 * @see SAM specification, "DomainConfiguration"
 */
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { pick, present } from './sam-expansion.ts';
import { digestOf } from './sam-ids.ts';
import type { ApiKind, SamExpansion } from './sam-expansion.ts';

const OF_PRIVATE = ['AccessAssociation', 'Policy', 'IpAddressType'];
const ENFORCED = ['DomainName', 'BasePath', 'NormalizeBasePath', 'EndpointConfiguration', 'SecurityPolicy'];
/** DNS records and certificates have no effect on requests to the gateway. */
const NO_EFFECT = ['CertificateArn', 'OwnershipVerificationCertificateArn', 'Route53'];

type DomainOwner = {
  readonly kind: ApiKind;
  readonly origin: string;
  readonly type: string;
  readonly apiId: string;
  readonly stageId: string;
};

export function expandDomain(expansion: SamExpansion, owner: DomainOwner, domain: Json | undefined): void {
  if (!isJsonObject(domain)) return;
  const { kind, origin, type, apiId, stageId } = owner;
  // For a private domain, SAM creates different types of resources than for a public domain.
  const isPrivate = kind === 'rest' && domain['EndpointConfiguration'] === 'PRIVATE';
  const known = [...ENFORCED, ...NO_EFFECT, ...(isPrivate ? OF_PRIVATE : []), 'MutualTlsAuthentication'];
  for (const name of Object.keys(domain).filter((key) => !known.includes(key)))
    expansion.report(apiId, type, `Domain.${name}`, 'this property is not applied');
  const name = domain['DomainName'];
  if (name === undefined) return expansion.fail(origin, 'Domain.DomainName is required');
  const second = isPrivate || kind === 'http' ? 'V2' : '';
  const domainId = `ApiGatewayDomainName${second}${digestOf(expansion.domainNameOf(apiId, name))}`;
  if (!expansion.resources.has(domainId)) {
    if (kind === 'rest')
      expansion.make(
        origin,
        domainId,
        `AWS::ApiGateway::DomainName${isPrivate ? 'V2' : ''}`,
        restDomain(domain, name),
      );
    else expansion.make(origin, domainId, 'AWS::ApiGatewayV2::DomainName', httpDomain(domain, name));
    if (isPrivate) associate(expansion, origin, domainId, domain['AccessAssociation']);
  }
  expansion.references.set(`${apiId}.DomainName`, domainId).set(`${apiId}.DomainNameV2`, domainId);
  for (const basePath of basePathsOf(kind, domain)) {
    const shared = { DomainName: { Ref: domainId }, Stage: { Ref: stageId } };
    const mappingId = `${apiId}${basePath.replace(/[^A-Za-z0-9]/g, '')}${kind === 'rest' ? 'BasePathMapping' : 'ApiMapping'}`;
    if (kind === 'rest')
      expansion.make(origin, mappingId, `AWS::ApiGateway::BasePathMapping${isPrivate ? 'V2' : ''}`, {
        ...(isPrivate ? { DomainNameArn: { Ref: domainId }, Stage: { Ref: stageId } } : shared),
        RestApiId: { Ref: apiId },
        ...present({ BasePath: basePath === '' ? undefined : basePath }),
      });
    else
      expansion.make(origin, mappingId, 'AWS::ApiGatewayV2::ApiMapping', {
        ...shared,
        ApiId: { Ref: apiId },
        ...present({ ApiMappingKey: basePath === '' ? undefined : basePath }),
      });
  }
}

function associate(
  expansion: SamExpansion,
  origin: string,
  domainId: string,
  association: Json | undefined,
): void {
  const endpoint = membersOf(association)['VpcEndpointId'];
  if (endpoint === undefined) return;
  expansion.make(origin, `${domainId}AccessAssociation`, 'AWS::ApiGateway::DomainNameAccessAssociation', {
    DomainNameArn: { Ref: domainId },
    AccessAssociationSource: endpoint,
    AccessAssociationSourceType: 'VPCE',
  });
}

function restDomain(domain: JsonObject, name: Json): JsonObject {
  return {
    DomainName: name,
    ...pick(domain, ['SecurityPolicy', 'MutualTlsAuthentication', 'Policy', 'EndpointAccessMode']),
    EndpointConfiguration: {
      Types: [domain['EndpointConfiguration'] ?? 'REGIONAL'],
      ...pick(domain, ['IpAddressType']),
    },
  };
}

function httpDomain(domain: JsonObject, name: Json): JsonObject {
  return {
    DomainName: name,
    DomainNameConfigurations: [
      { EndpointType: domain['EndpointConfiguration'] ?? 'REGIONAL', ...pick(domain, ['SecurityPolicy']) },
    ],
    ...pick(domain, ['MutualTlsAuthentication']),
  };
}

/**
 * Returns the base paths; the default is the root. Unless configured otherwise, SAM drops all characters except letters
 * and digits. HTTP APIs also keep `/`, `-` and `_`.
 */
function basePathsOf(kind: ApiKind, domain: JsonObject): readonly string[] {
  const written = domain['BasePath'];
  const paths = isJsonList(written) ? written.filter((path) => typeof path === 'string') : [''];
  const isKept = domain['NormalizeBasePath'] === false;
  const dropped = kind === 'rest' ? /[^\p{L}\p{N}]/gu : /[^A-Za-z0-9/_-]/g;
  return paths.map((path) => (isKept ? path : path.replace(dropped, '')).replace(/^\/+|\/+$/g, ''));
}
