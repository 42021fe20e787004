/** The place in a SAM template of each part that SAM makes from an event: the line of a finding about the part. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import {
  EVENT_SOURCES,
  findEventSource,
  settingsOf,
} from '../../../../../packages/gateway/core/stack/event-sources.ts';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { EVENT_PROPERTIES } from '../../../../../packages/gateway/templates/sam/sam-property-types.ts';
import { expandSam } from '../../../../../packages/gateway/templates/sam/sam.ts';

const MARKER = 'a marked value';

/** Properties without which SAM refuses an event. */
const NEEDED: Readonly<Record<string, JsonObject>> = {
  SQS: { Queue: 'arn' },
  DynamoDB: { Stream: 'arn', StartingPosition: 'LATEST' },
  Kinesis: { Stream: 'arn', StartingPosition: 'LATEST' },
  SNS: { Topic: 'arn' },
  S3: { Bucket: { Ref: 'Bucket' }, Events: 's3:ObjectCreated:*' },
  Schedule: { Schedule: 'rate(1 day)' },
  ScheduleV2: { ScheduleExpression: 'rate(1 day)' },
  EventBridgeRule: { Pattern: {} },
  CloudWatchEvent: { Pattern: {} },
  CloudWatchLogs: { LogGroupName: 'group', FilterPattern: '' },
  Cognito: { UserPool: { Ref: 'Pool' }, Trigger: 'PreSignUp' },
};

/** Properties whose values SAM does not pass on, but decides by them what it makes. */
const DECIDING = ['Enabled', 'OmitName', 'Trigger'];

/** Properties whose value must be a Ref to a resource of the template. */
const REFERRING = ['UserPool', 'Bucket'];

/** Members that SAM reads from a property. */
const MEMBERS: Readonly<Record<string, string>> = {
  DeadLetterConfig: 'Arn',
  Target: 'Id',
  SqsSubscription: 'QueueArn',
};
const BESIDE: Readonly<Record<string, JsonObject>> = { SqsSubscription: { QueueUrl: 'url' } };

const formOf = (type: string, property: string): string | undefined =>
  EVENT_PROPERTIES['Function']?.get(type)?.get(property)?.form;

/** Returns the value to look for, which SAM must accept: a text, a number, or true. */
function markerOf(type: string, property: string): Json {
  const form = formOf(type, property);
  return form === 'i' ? 4242 : form === 'b' ? true : MARKER;
}

function valueOf(type: string, property: string): Json {
  const form = formOf(type, property);
  if (form === 'i' || form === 'b') return markerOf(type, property);
  const member = MEMBERS[property];
  if (property === 'DestinationConfig') return { OnFailure: { Destination: MARKER } };
  if (member !== undefined) return { [member]: MARKER, ...BESIDE[property] };
  return form === 'm' ? { Member: MARKER } : form === 'l' ? [MARKER] : MARKER;
}

function* placed(
  marker: Json,
  value: Json | undefined,
  at: readonly string[] = [],
): Generator<readonly string[]> {
  if (value === marker) yield at;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* placed(marker, inner, [...at, key]);
}

/** Returns the place of each marked value that SAM makes from an event with the properties. */
function placesOf(marker: Json, Type: string, Properties: JsonObject): readonly (readonly string[])[] {
  const template = {
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      F: {
        Type: 'AWS::Serverless::Function',
        Properties: { Runtime: 'nodejs24.x', Handler: 'a.b', Events: { E: { Type, Properties } } },
      },
      Bucket: { Type: 'AWS::S3::Bucket' },
      Pool: { Type: 'AWS::Cognito::UserPool' },
    },
  };
  const tree = parseSource(JSON.stringify(template), '/app/shop.json');
  const expanded = expandSam(tree.value, tree);
  return [...placed(marker, expanded.template['Resources'])].map((path) =>
    expanded.originOf(['Resources', ...path]),
  );
}

describe('findOrigin', () => {
  for (const type of Object.keys(EVENT_SOURCES)) {
    const { mapping, properties = [] } = findEventSource(type) ?? {};
    const all = mapping === undefined ? properties : [...settingsOf(mapping), mapping.arnProperty];
    for (const property of all.filter((one) => !REFERRING.includes(one)))
      it(`finds ${property} of an event of the type ${type}`, () => {
        const places = placesOf(markerOf(type, property), type, {
          ...NEEDED[type],
          [property]: valueOf(type, property),
        });

        assert.ok(places.length > 0 || DECIDING.includes(property), 'SAM passes the value on');
        const at = ['Resources', 'F', 'Properties', 'Events', 'E', 'Properties', property];
        const value = valueOf(type, property);
        const [below = []] = isJsonObject(value) || Array.isArray(value) ? [...placed(MARKER, value)] : [];
        const wanted = [...at, ...below].join('.');
        // The part of a policy for a queue has no place of its own in the template.
        for (const place of places.map((one) => one.join('.')))
          assert.ok(`${place}.`.startsWith(`${wanted}.`) || place === at.join('.'), place);
      });
  }
});
