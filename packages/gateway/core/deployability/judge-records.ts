/** Checks whether a record fits into the hosted zone that it names. */
import { asOneOrMore, isJsonObject, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { KnownValues } from './known-values.ts';
import type { BrokenRelation } from './relation.ts';

/** Returns why a record, or a record of a group, does not fit into its zone. */
export function judgeRecords(
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
  { source }: ResolvedStack,
): BrokenRelation | undefined {
  if (source === undefined) return undefined;
  const known = new KnownValues(source.template, source.placeholderParameters);
  const isGroup = resource.type === 'AWS::Route53::RecordSetGroup';
  const records = isGroup ? asOneOrMore(resource.properties['RecordSets'] ?? []) : [resource.properties];
  const zone = zoneOf(resource, all);
  for (const [index, record] of records.entries()) {
    const at = isGroup ? ['RecordSets', String(index)] : [];
    const name = [...at, 'Name'];
    if (!isJsonObject(record) || !known.isKnownAt(resource.logicalId, name)) continue;
    const found = refusalOf(record, zone === '' ? textOf(record, 'HostedZoneName') : zone);
    if (found !== undefined)
      return {
        resource,
        property: [...at, found.member].join('.'),
        message: found.message,
        remedy: found.remedy,
      };
  }
  return undefined;
}

/**
 * Returns the name of the zone, either from the resource itself or from the zone in the stack to which the resource
 * refers.
 */
function zoneOf({ properties }: ResolvedResource, all: readonly ResolvedResource[]): string {
  const { HostedZoneId: id } = properties;
  const zone = all.find(({ type, physicalId }) => type === 'AWS::Route53::HostedZone' && physicalId === id);
  return textOf(zone?.properties ?? properties, zone === undefined ? 'HostedZoneName' : 'Name');
}

/**
 * Refuses a record outside of its zone, and a CNAME record at the zone apex (aws-cloudformation/cfn-lint#1400; Route 53
 * developer guide, "CNAME record type").
 */
function refusalOf(
  record: JsonObject,
  zoneName: string,
): { readonly member: string; readonly message: string; readonly remedy: string } | undefined {
  const zone = withDot(zoneName);
  const name = withDot(textOf(record, 'Name'));
  // A zone name with other characters contains the placeholder of a value that only the account has.
  if (zone === '.' || name === '.' || /[^A-Za-z0-9.*_\\-]/.test(zone)) return undefined;
  if (name !== zone && !name.endsWith(`.${zone}`))
    return {
      member: 'Name',
      message: `RRSet with DNS name ${name} is not permitted in zone ${zone}.`,
      remedy: `use a name that ends with .${zone}, or the hosted zone that contains ${name}`,
    };
  return name === zone && record['Type'] === 'CNAME'
    ? {
        member: 'Type',
        message: `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone}`,
        remedy: `use Type: A with an AliasTarget, or a name below the zone, such as www.${zone}`,
      }
    : undefined;
}

function withDot(name: string): string {
  return `${name.toLowerCase().replace(/\.$/, '')}.`;
}
