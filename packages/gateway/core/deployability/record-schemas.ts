/**
 * Schemas for records that Route 53 refuses although CloudFormation's schema permits them.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { has } from './exclusive-schemas.ts';

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const GROUP = '[0-9A-Fa-f]{1,4}';
/** Matches eight groups, or fewer groups around one `::`. An IPv4 address may replace the last two groups. */
const IPV6 = [
  `^(?:(?:${GROUP}:){7}${GROUP}`,
  `(?=(?:[0-9A-Fa-f.]*:){2,8}[0-9A-Fa-f.]*$)(?:${GROUP}(?::${GROUP}){0,6})?::(?:(?:${GROUP}:){0,6}(?:${GROUP}|${OCTET}(?:\\.${OCTET}){3}))?`,
  `(?:${GROUP}:){6}${OCTET}(?:\\.${OCTET}){3})$`,
].join('|');

/**
 * The pattern for the values of certain types of record, with Route 53's message for a value that does not match the
 * pattern.
 */
const VALUES: readonly (readonly [types: readonly string[], pattern: string, reason: string, fix: string])[] =
  [
    [
      ['A'],
      String.raw`^(?:${OCTET}\.){3}${OCTET}$`,
      'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)',
      'write an IPv4 address such as 192.0.2.1, or use Type: CNAME or an AliasTarget for a host',
    ],
    [
      ['AAAA'],
      IPV6,
      'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)',
      'write an IPv6 address such as 2001:db8::1, or use an AliasTarget for a host',
    ],
    [
      ['CAA'],
      String.raw`^\d{1,3}\s+[A-Za-z0-9]+\s+".*"$`,
      'Value must have flags, a tag and a value in quotation marks',
      'write flags, a tag and a value in quotation marks: 0 issue "amazon.com"',
    ],
    [
      ['TXT', 'SPF'],
      '^".*"$',
      'InvalidCharacterString (Value should be enclosed in quotation marks)',
      'write the value in double quotes inside the string: \'"VALUE"\'',
    ],
    [
      ['MX'],
      String.raw`^\d+\s+\S+$`,
      'MXRRDATANotTwoFields (Value must have a priority and a host)',
      'write a priority and a host: 10 mail.example.com',
    ],
  ];

/** CloudFormation template reference, HostedZoneName: "You must include a trailing dot" */
const ZONE: JsonObject = {
  pattern: String.raw`\.$`,
  fix: 'add a dot to the end of HostedZoneName',
  says: 'No hosted zones named {value} found. (The name must end with a dot, as in example.com.)',
};

const RECORD: JsonObject = {
  properties: { HostedZoneName: ZONE },
  allOf: [
    ...VALUES.map(([types, pattern, reason, fix]) => ({
      if: has('Type', { enum: [...types] }),
      then: {
        properties: {
          ResourceRecords: {
            items: {
              pattern,
              fix,
              says: `Invalid Resource Record: 'FATAL problem: ${reason} encountered with '{value}''`,
            },
          },
        },
      },
    })),
    {
      if: has('Type', { const: 'CNAME' }),
      then: {
        properties: {
          ResourceRecords: {
            maxItems: 1,
            says: 'Invalid Resource Record: a CNAME record has exactly one value',
          },
        },
      },
    },
    // TTL is required except for aliases (Route 53 API reference, ResourceRecordSet, TTL).
    { dependentRequired: { ResourceRecords: ['TTL'] } },
  ],
};

export const RECORD_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::Route53::RecordSet': RECORD,
  'AWS::Route53::RecordSetGroup': {
    properties: { HostedZoneName: ZONE, RecordSets: { items: RECORD } },
  },
};
