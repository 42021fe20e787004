/** Segment documents that X-Ray does not process; docs/aws §22.5 has the sources. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuseDocument } from '../../../../../packages/gateway/services/xray/refuse-document.ts';

const ID = '000000000000000a';
const TIMES = { start_time: 1_478_293_361, end_time: 1_478_293_362 };
const SEGMENT = { name: 'shop', id: ID, trace_id: '1-581cf771-a006649127e371903a2de979', ...TIMES };
const SUBSEGMENT = { name: 'db', id: '000000000000000b', ...TIMES };

const without = (fields: object, name: string): object => ({ ...fields, [name]: undefined });
const withPart = (part: object): object => ({ ...SEGMENT, subsegments: [SUBSEGMENT, part] });
const withDeepPart = (part: object): object => withPart({ ...SUBSEGMENT, subsegments: [part] });
const alone = (fields: object): object => ({ ...SEGMENT, type: 'subsegment', parent_id: ID, ...fields });

const OF_SEGMENT = (code: string): string => `Invalid segment. ErrorCode: ${code}`;
const OF_SUBSEGMENT = (code: string): string => `Invalid subsegment. ErrorCode: ${code}, Cause: null`;

/** The names that X-Ray refused in these threads. */
const BAD_NAMES = [
  ['mysql at RouteBinding:?', 'Napp/xray-laravel#29'],
  ['$Proxy12', 'aws/aws-xray-sdk-java#209'],
  ['my_database_name@(local)', 'aws/aws-xray-sdk-dotnet#213'],
  ['db.example.com,1433', 'open-telemetry/opentelemetry-collector-contrib#32610'],
  ['', 'aws-observability/aws-rum-web#50'],
  ['x'.repeat(201), 'X-Ray developer guide, "Segment documents": up to 200 characters'],
] as const;

describe('a segment document is not processed', () => {
  for (const [name, source] of BAD_NAMES)
    it(`if a subsegment is named ${JSON.stringify(name.slice(0, 40))} (${source})`, () => {
      for (const part of [withPart, withDeepPart, alone])
        assert.deepEqual(refuseDocument(JSON.stringify(part({ ...SUBSEGMENT, name, id: ID }))), {
          Id: ID,
          ErrorCode: 'InvalidName',
          Message: OF_SUBSEGMENT('InvalidName'),
        });
    });

  const rows: readonly {
    name: string;
    document: object;
    code: string;
    says: typeof OF_SEGMENT;
    source: string;
  }[] = [
    {
      name: 'a subsegment neither has an end nor is in progress',
      document: withPart(without(SUBSEGMENT, 'end_time')),
      code: 'MissingEndTime',
      says: OF_SUBSEGMENT,
      source: 'Napp/xray-laravel#16',
    },
    {
      name: 'its name has other characters',
      document: { ...SEGMENT, name: 'a(b)' },
      code: 'InvalidName',
      says: OF_SEGMENT,
      source: 'inferred from subsegments',
    },
    ...(
      [
        ['trace_id', 'MissingTraceId'],
        ['name', 'MissingName'],
        ['start_time', 'MissingStartTime'],
        ['end_time', 'MissingEndTime'],
      ] as const
    ).map(([field, code]) => ({
      name: `it lacks ${field}`,
      document: without(SEGMENT, field),
      code,
      says: OF_SEGMENT,
      source:
        'X-Ray API reference, PutTraceSegments, "Required segment document fields"; the code is inferred',
    })),
  ];
  for (const { name, document, code, says, source } of rows)
    it(`if ${name} (${source})`, () => {
      assert.deepEqual(refuseDocument(JSON.stringify(document)), {
        Id: ID,
        ErrorCode: code,
        Message: says(code),
      });
    });
});

describe('a segment document is processed', () => {
  // X-Ray developer guide, "Segment documents": letters, numbers, whitespace and _ . : / % & # = + \ - @
  for (const [name, document] of [
    ['all allowed symbols in a name', { ...SEGMENT, name: 'Größe 7_.:/%&#=+\\-@' }],
    ['a name of 200 characters', { ...SEGMENT, name: 'x'.repeat(200) }],
    ['a segment in progress', { ...SEGMENT, end_time: undefined, in_progress: true }],
    ['a subsegment in progress', withDeepPart({ ...SUBSEGMENT, end_time: undefined, in_progress: true })],
    ['a subsegment of its own', alone({})],
  ] as const)
    it(`with ${name}`, () => {
      assert.equal(refuseDocument(JSON.stringify(document)), undefined);
    });
});
