/** What SAM generates from one function with these events: the plain CloudFormation besides the function itself. */
import { parseSource } from '../../../../packages/gateway/templates/cloudformation/template-source.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Finding } from '../../../../packages/gateway/templates/raw-stack.ts';
import { expandSam } from '../../../../packages/gateway/templates/sam/sam.ts';

type Made = {
  /** The resources by logical id, without the function itself. */
  readonly resources: Readonly<Record<string, Json>>;
  readonly findings: readonly Finding[];
};

/**
 * @param more properties of the function `F`
 * @param rest other resources, and members of the function's own
 */
export function samEvents(
  events: JsonObject,
  more: JsonObject = {},
  rest: JsonObject = {},
  own: JsonObject = {},
): Made {
  const template = {
    Transform: 'AWS::Serverless-2016-10-31',
    Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
    Resources: {
      F: {
        Type: 'AWS::Serverless::Function',
        ...own,
        Properties: { Runtime: 'nodejs24.x', Handler: 'a.b', Role: 'given', Events: events, ...more },
      },
      ...rest,
    },
  };
  const tree = parseSource(JSON.stringify(template), '/app/shop.json');
  const { template: plain, findings } = expandSam(tree.value, tree);
  const made = Object.entries(plain['Resources'] as Record<string, Json>);
  return { resources: Object.fromEntries(made.filter(([id]) => id !== 'F')), findings };
}

/** The same without permissions. */
export function samSources(...given: Parameters<typeof samEvents>): Readonly<Record<string, Json>> {
  const entries = Object.entries(samEvents(...given).resources);
  return Object.fromEntries(entries.filter(([id]) => !id.endsWith('Permission')));
}
