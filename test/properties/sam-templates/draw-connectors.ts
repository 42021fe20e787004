/** Draws connectors between the resources of a template: of their own, or inside the resource that is their source. */
import { asText, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Pick } from '../../support/pick.ts';

/** Types that a connector may connect, and what it may permit. Most connectors are drawn from this list. */
const PAIRS: readonly (readonly [source: RegExp, destination: RegExp, permits: readonly string[]])[] = [
  [/Function$/, /Bucket$|Table$|Queue$|StateMachine$/, ['Read', 'Write']],
  [/Function$/, /Function$|Topic$|EventBus$/, ['Write']],
  [/StateMachine$/, /Bucket$|Table$|StateMachine$/, ['Read', 'Write']],
  [/StateMachine$/, /Function$|Topic$|Queue$|EventBus$/, ['Write']],
  [/Api$/, /Function$/, ['Write']],
  [/Table$/, /Function$/, ['Read']],
  [/Queue$/, /Function$/, ['Write', 'Read']],
  [/Bucket$/, /Function$/, ['Write']],
  [/Topic$/, /Function$|Queue$/, ['Write']],
  [/Rule$/, /Function$|Topic$|Queue$|EventBus$/, ['Write']],
];
/** Choices of permissions that most pairs refuse. */
const PERMISSIONS: readonly (readonly Json[])[] = [
  ['Write'],
  ['Read'],
  ['Read', 'Write'],
  ['Write', 'Read', 'Write'],
];
const DESCRIBED: readonly JsonObject[] = [
  {
    Type: 'AWS::SQS::Queue',
    Arn: 'arn:aws:sqs:us-east-1:123456789012:orders',
    QueueUrl: 'https://sqs.example/orders',
  },
  { Type: 'AWS::Serverless::Function', Arn: { 'Fn::GetAtt': ['Plain', 'Arn'] }, RoleName: 'runner' },
  { Type: 'AWS::SNS::Topic', Arn: { Ref: 'Topic' } },
  { Type: 'AWS::SNS::Topic' },
  { Type: 'AWS::Serverless::SimpleTable', Arn: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders' },
  {
    Type: 'AWS::StepFunctions::StateMachine',
    Arn: 'arn:aws:states:us-east-1:123456789012:stateMachine:x',
    Name: 'x',
  },
];

/** Returns the resources with connectors between some of them. */
export function drawConnectors(pick: Pick, resources: JsonObject): JsonObject {
  if (pick.chance(0.6)) return resources;
  const drawn: Record<string, Json> = { ...resources };
  for (const name of ['Link', 'Other', 'Third'].slice(0, pick.one([1, 1, 2, 3]))) {
    const { sourceId, destinations, permits } = drawEnds(pick, resources);
    const isList = destinations.length > 1 || pick.chance(0.3);
    const destination = destinations.map((id) => drawDestination(pick, id));
    const properties = {
      Destination: isList ? destination : (destination[0] ?? {}),
      Permissions: pick.chance(0.06) ? pick.one(PERMISSIONS) : permits,
    };
    const qualifier = pick.chance(0.1) ? { Qualifier: 'live/*' } : {};
    const condition = pick.chance(0.15) ? { Condition: 'IsProd' } : {};
    const source = drawn[sourceId];
    if (pick.chance(0.5) || !isJsonObject(source))
      drawn[name] = {
        Type: 'AWS::Serverless::Connector',
        ...condition,
        Properties: { Source: { Id: sourceId, ...qualifier }, ...properties },
      };
    else
      drawn[sourceId] = {
        ...source,
        Connectors: {
          ...membersOf(source['Connectors']),
          [name]: {
            ...condition,
            Properties: {
              ...properties,
              ...(Object.keys(qualifier).length > 0 && { SourceReference: qualifier }),
            },
          },
        },
      };
  }
  return drawn;
}

type Ends = {
  readonly sourceId: string;
  readonly destinations: readonly string[];
  readonly permits: readonly Json[];
};

function drawEnds(pick: Pick, resources: JsonObject): Ends {
  const ofType = (type: RegExp): readonly string[] =>
    Object.entries(resources).flatMap(([id, resource]) =>
      type.test(asText(membersOf(resource)['Type']) ?? '') ? [id] : [],
    );
  const possible = PAIRS.filter(([from, to]) => ofType(from).length > 0 && ofType(to).length > 0);
  const [from, to, permits] = pick.one(possible);
  const all = pick.chance(0.03) ? [...Object.keys(resources), 'Missing'] : ofType(to);
  const destinations = [pick.one(all), ...(pick.chance(0.2) ? [pick.one(all)] : [])];
  return { sourceId: pick.one(ofType(from)), destinations, permits };
}

function drawDestination(pick: Pick, id: string): JsonObject {
  if (pick.chance(0.04)) return pick.one(DESCRIBED);
  return pick.chance(0.02) ? { Id: id, Arn: 'arn' } : { Id: id };
}
