/** The names of properties in advice are the names of the author's template. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { spellingOf } from '../../../../../packages/gateway/console/records/spelling.ts';
import type { ResolvedResource, ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';

type Row = readonly [
  property: string,
  written: string,
  /** The type in a SAM template, or the path in the author's file. */
  origin: { readonly type: string } | { readonly path: readonly string[] },
  source: string,
];

const SAM = 'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/';
const OSLS = 'https://www.serverless.com/framework/docs/providers/aws/events/';
const ROWS: readonly Row[] = [
  [
    'StateMachineType',
    'Type',
    { type: 'AWS::Serverless::StateMachine' },
    `${SAM}sam-resource-statemachine.html#sam-statemachine-type`,
  ],
  [
    'StateMachineType',
    'StateMachineType',
    { type: 'AWS::StepFunctions::StateMachine' },
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html',
  ],
  [
    'DeadLetterConfig',
    'DeadLetterQueue',
    { type: 'AWS::Serverless::Function' },
    `${SAM}sam-resource-function.html#sam-function-deadletterqueue`,
  ],
  [
    'DeadLetterConfig',
    'DeadLetterConfig',
    { type: 'AWS::Lambda::Function' },
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html',
  ],
  [
    'EventPattern',
    'Pattern',
    { path: ['Resources', 'Fn', 'Properties', 'Events', 'Sold', 'Properties', 'Pattern'] },
    `${SAM}sam-property-function-eventbridgerule.html#sam-function-eventbridgerule-pattern`,
  ],
  [
    'EventPattern',
    'pattern',
    { path: ['functions', 'fn', 'events', '0', 'eventBridge', 'pattern'] },
    `${OSLS}event-bridge`,
  ],
];

describe('the name of a property in advice', () => {
  for (const [property, written, origin, source] of ROWS)
    it(`is ${written} for ${property} of ${'type' in origin ? origin.type : origin.path[0]} (${source})`, () => {
      const resource = { logicalId: 'One' } as ResolvedResource;
      const stack = {
        resources: new Map([['One', resource]]),
        source: {
          original: { Resources: 'type' in origin ? { One: { Type: origin.type } } : {} },
          pathOf: (path: readonly string[]) => ('path' in origin ? origin.path : path),
        },
      } as unknown as ResolvedStack;

      const spelling = spellingOf(resource, [property], [stack]);

      assert.equal(spelling[property] ?? property, written);
    });
});
