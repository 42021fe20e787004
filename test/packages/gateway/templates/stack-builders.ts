/** Stacks from template text, for tests of everything after the reader. */
import { RESOURCE_TYPES } from '../../../../packages/gateway/engine/compose/services/catalogue.ts';
import type { ResourceTypes } from '../../../../packages/gateway/core/resource-types/resource-types.ts';
import type { LoadOptions } from '../../../../packages/gateway/templates/load-options.ts';
import type { Json } from '@gatewright/aws/json-object';
import type { StackResolver } from '../../../../packages/gateway/templates/cloudformation/stack-resolver.ts';
import { StackSet } from '../../../../packages/gateway/templates/stacks.ts';
import { parseSource } from '../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { toRawStack } from '../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';

export const OPTIONS: LoadOptions & { readonly types: ResourceTypes } = {
  types: RESOURCE_TYPES,
  stage: 'dev',
  parameters: {},
  region: 'eu-west-1',
  accountId: '123456789012',
  environment: {},
};

/** The stack of `aStack`. */
export const SHOP = { stackName: 'shop', region: OPTIONS.region, accountId: OPTIONS.accountId };

/** The template `text` as stack `shop` in eu-west-1, account 123456789012, file /app/shop.yml. */
export function aStack(text: string, parameters: Readonly<Record<string, string>> = {}): StackResolver {
  const [stack] = someStacks({ shop: text }, parameters);
  return stack!;
}

/** Several stacks of one start, by name, in the order given. */
export function someStacks(
  texts: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>> = {},
): readonly StackResolver[] {
  const set = new StackSet(RESOURCE_TYPES);
  for (const [name, text] of Object.entries(texts)) {
    set.add(toRawStack(parseSource(text, `/app/${name}.yml`), name, { ...OPTIONS, parameters }));
  }
  return set.complete(Object.keys(texts));
}

/** Value of one output `Out`, whose expression is `expression`, in a stack with these other sections. */
export function evaluate(
  expression: string,
  sections = '',
  parameters: Readonly<Record<string, string>> = {},
): Json {
  const hasResources = /^Resources:/m.test(sections);
  const text = `${sections}\n${hasResources ? '' : 'Resources: { Topic: { Type: AWS::SNS::Topic } }'}\nOutputs:\n  Out:\n    Value: ${expression}\n`;
  return aStack(text, parameters).resolveOutputs().get('Out')!;
}

/** The message of the `DefinitionError` of `work`, as the command line prints it. */
export function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DefinitionError) return error.describe();
    throw error;
  }
  throw new Error('was not refused');
}

/** The same for work that waits. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => new Error('was not refused'),
    (error: unknown) => error,
  );
  if (outcome instanceof DefinitionError) return outcome.describe();
  throw outcome;
}
