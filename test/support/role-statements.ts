/** The rights of the roles of the stack's parts on tables. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { compileConditions } from '../../packages/gateway/core/policy/conditions.ts';
import type { TableCall } from './table-calls.ts';

const RESOURCES = join(import.meta.dirname, '../../packages/toolkit/stack');

type TableStatement = {
  readonly actions: readonly string[];
  readonly resource: string;
  readonly leadingKeys: readonly string[];
  /** An empty list means all. */
  readonly attributes: readonly string[];
  readonly allows: (call: TableCall) => boolean;
};

type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};
type Role = {
  readonly Type: string;
  readonly Properties: {
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  };
};

/** Reads the statements about tables, by the logical id of the role. */
export function readTableStatements(): ReadonlyMap<string, readonly TableStatement[]> {
  const roles = globSync('**/*.yml', { cwd: RESOURCES }).flatMap((file) => {
    // The parser does not know CloudFormation's tags, so it reads `!GetAtt AccessTable.Arn` as the text after the tag.
    const text = readFileSync(join(RESOURCES, file), 'utf8');
    const { Resources = {} } = parse(text, { merge: true, logLevel: 'error' }) as {
      readonly Resources?: Readonly<Record<string, Role>>;
    };
    return Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
  });
  return new Map(
    roles.map(([id, { Properties }]) => [
      id,
      Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Action }) => String(Action).startsWith('dynamodb:'))
        .map(toStatement),
    ]),
  );
}

function toStatement({ Action, Resource: resource, Condition }: Statement): TableStatement {
  const actions = [Action].flat();
  const holds = compileConditions(Condition, false);
  const keyed = (name: string) => Object.values(Condition ?? {}).flatMap((keys) => keys[name] ?? []);
  return {
    actions,
    resource,
    leadingKeys: keyed('dynamodb:LeadingKeys'),
    attributes: keyed('dynamodb:Attributes'),
    allows: ({ action, resource: asked, leadingKey, attributes }) =>
      actions.includes(action) &&
      resource === asked &&
      holds(
        new Map([
          ['dynamodb:leadingkeys', leadingKey === undefined ? [] : [leadingKey]],
          ['dynamodb:attributes', attributes],
        ]),
      ),
  };
}
