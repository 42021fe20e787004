/**
 * Checks the exports of a template. The name of an export must be unique in the region, and an export cannot be removed
 * as long as another stack imports it.
 */
import type { Finding } from './finding.ts';
import type { StackView, Views } from './views.ts';

export function checkExports({ stack, account }: Views): readonly Finding[] {
  const { stackName } = stack;
  const named = exportsOf(stack);
  const taken = (account.exports ?? []).filter(
    (one) => one.stackName !== stackName && named.some(({ name }) => name === one.name),
  );
  return [
    ...taken.map((one): Finding => ({
      id: 'export-taken',
      level: 'obstacle',
      what: `stack ${one.stackName} already exports ${one.name}`,
      why: 'an export name must be unique in an account and region, so CloudFormation refuses the stack',
      where: `output ${named.find(({ name }) => name === one.name)?.output ?? ''}`,
      fix: `delete stack ${one.stackName}, or give one of the two services another name or stage`,
    })),
    ...account.importers
      .filter(({ by }) => by.length > 0)
      .map(({ name, by }): Finding => ({
        id: 'export-in-use',
        level: 'obstacle',
        what: `this deployment removes export ${name}, which other stacks still import: ${by.join(', ')}`,
        why: 'CloudFormation refuses to delete or change an export that another stack imports',
        where: `export ${name} of stack ${stackName}`,
        fix: `first deploy ${by.join(', ')} without the import, or keep the output`,
      })),
  ];
}

/** Returns the exports of the template whose names are known before the deployment. */
export function exportsOf({
  template,
}: StackView): readonly { readonly output: string; readonly name: string }[] {
  return Object.entries(template.Outputs ?? {}).flatMap(([output, { Export }]) =>
    typeof Export?.Name === 'string' ? [{ output, name: Export.Name }] : [],
  );
}
