/** The stack of this repository by each choice of parts that is valid. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { describeLeft, describeRemoved, leaveOutParts, takeOwners } from '../../layers/choose-parts.ts';
import { makeStackConfig } from '../../packages/gatewright/package/stack-config.ts';
import { INCLUDED_PARTS, PART_NEEDS, PARTS } from '../../packages/toolkit/stack/parts.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { validChoices } from '../support/part-choices.ts';

type Definition = { readonly [member: string]: unknown };
type Stack = {
  readonly functions: Readonly<Record<string, Definition>>;
  readonly resources: Readonly<Record<string, Definition>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly extensions: readonly string[];
  readonly parameters: readonly string[];
};

const CHOICES = validChoices(PART_NEEDS);
let config = '';

before(async () => {
  config = JSON.stringify(await makeStackConfig(REPOSITORY));
});

const USUAL = PARTS.filter(({ onlyNamed }) => onlyNamed !== true).map(({ chosenAs }) => chosenAs);

function leave(chosen: readonly string[], text = config) {
  const { functions, resources: files } = JSON.parse(text) as {
    readonly functions: Parameters<typeof leaveOutParts>[0]['functions'];
    readonly resources: readonly unknown[];
  };
  return leaveOutParts({ functions, files }, takeOwners(files), chosen);
}

function stackOf(chosen: readonly string[]): Stack {
  const { functions, resources } = leave(chosen);
  const merged = (member: string) => ({ ...(resources[member] as Record<string, never> | undefined) });
  return {
    functions,
    resources: merged('Resources'),
    outputs: merged('Outputs'),
    extensions: Object.keys(merged('extensions')),
    parameters: Object.keys(merged('Parameters')),
  };
}

/** Logical ids that a stack declares, or that osls makes of its functions. */
function idsOf({ functions, resources, parameters }: Stack): ReadonlySet<string> {
  const made = Object.keys(functions).flatMap((name) => {
    const id = name.replaceAll('-', 'Dash');
    const upper = `${id.charAt(0).toUpperCase()}${id.slice(1)}`;
    return [`${upper}LambdaFunction`, `${upper}LogGroup`];
  });
  const hasApi = JSON.stringify(functions).includes('"httpApi"');
  const ofSockets = JSON.stringify(functions).includes('"websocket"') ? ['WebsocketsApi'] : [];
  return new Set([
    ...Object.keys(resources),
    ...made,
    ...(hasApi ? ['HttpApi'] : []),
    ...ofSockets,
    'PackagesLambdaLayer',
    ...parameters,
  ]);
}

/** Ids of Ref, GetAtt and Sub. */
function referred(value: unknown): readonly string[] {
  const text = JSON.stringify(value);
  const ids = [
    ...text.matchAll(/\{"Ref":"(\w+)"\}/g),
    ...text.matchAll(/"Fn::GetAtt":\["(\w+)"/g),
    ...text.matchAll(/\$\{(\w+)(?:\.\w+)?\}/g),
  ].map(([, id = '']) => id);
  return [...new Set(ids)];
}

/** Lists shrink and members disappear if what they name is left out; nothing else differs. */
function isWithin(small: unknown, large: unknown): boolean {
  if (Array.isArray(small) && Array.isArray(large)) {
    let at = 0;
    return small.every((item) => {
      while (at < large.length && !isWithin(item, large[at])) at += 1;
      at += 1;
      return at <= large.length;
    });
  }
  if (typeof small === 'object' && small !== null && typeof large === 'object' && large !== null)
    return Object.entries(small).every(([name, value]) => isWithin(value, (large as Definition)[name]));
  return small === large;
}

const bodyOf = (resource: Definition | undefined): unknown => {
  const { DashboardBody: body } = (resource?.['Properties'] ?? {}) as { readonly DashboardBody?: unknown };
  return body === undefined ? resource : JSON.parse((body as { readonly 'Fn::Sub': string })['Fn::Sub']);
};

describe('a stack of chosen parts', () => {
  it('has 87 valid choices', () => assert.equal(CHOICES.length, 87));

  for (const chosen of CHOICES)
    it(`names nothing that is left out: ${chosen.join(', ')}`, () => {
      const stack = stackOf(chosen);
      const ids = idsOf(stack);
      assert.deepEqual(
        referred([stack.functions, stack.resources, stack.outputs]).filter((id) => !ids.has(id)),
        [],
      );
      const roles = Object.values(stack.functions).map(({ role }) => String(role));
      const declared = Object.entries(stack.resources).flatMap(([id, { Type }]) =>
        Type === 'AWS::IAM::Role' ? [id] : [],
      );
      assert.deepEqual(roles.toSorted(), declared.toSorted());
    });

  it('gains by another part, and changes nothing that it had: no id, type or property goes', () => {
    let pairs = 0;
    const stacks = CHOICES.map((chosen) => ({ chosen, ...stackOf(chosen) }));
    for (const small of stacks)
      for (const large of stacks.filter(({ chosen }) =>
        small.chosen.every((part) => chosen.includes(part)),
      )) {
        pairs += 1;
        const where = `${small.chosen.join()} in ${large.chosen.join()}`;
        for (const [id, resource] of Object.entries(small.resources))
          assert.ok(isWithin(bodyOf(resource), bodyOf(large.resources[id])), `${id}: ${where}`);
        for (const [name, definition] of Object.entries(small.functions))
          assert.ok(isWithin(definition, large.functions[name]), `${name}: ${where}`);
        assert.ok(isWithin(small.outputs, large.outputs), where);
      }
    assert.ok(pairs > 60, `${pairs} pairs`);
  });

  it('has no web ACL if nothing is chosen, as serverless.yml says', () => {
    const { custom } = JSON.parse(config) as { readonly custom: { readonly namedParts: unknown } };

    assert.deepEqual(custom.namedParts, ['waf', 'portal']);
    assert.deepEqual(USUAL, ['authorizers', 'quotas', 'access-logs', 'webhooks', 'channels', 'cache']);
    assert.doesNotMatch(JSON.stringify(stackOf(USUAL)), /WAFv2/);
  });

  it('has all rights for the chosen parts in its roles, and no rights on tables that are left out', () => {
    const rights = (chosen: readonly string[]): string =>
      JSON.stringify(stackOf(chosen).resources['RequestAuthorizerRole']);
    assert.match(rights(USUAL), /UsageTable/);
    assert.doesNotMatch(rights(['authorizers']), /UsageTable/);
    assert.match(rights(['authorizers']), /AccessTable/);
  });

  it('takes from the files which parts they belong to, since osls would refuse the member', () => {
    const files = [{ parts: ['cache', 'quotas'], Resources: {} }, { Resources: {} }];

    assert.deepEqual(takeOwners(files), [['cache', 'quotas'], undefined]);
    assert.deepEqual(files, [{ Resources: {} }, { Resources: {} }]);
  });

  it('may have files without resources', () => {
    const files = [{ Outputs: { A: {} } }, { Outputs: { B: {} } }];

    const kept = leaveOutParts({ functions: {}, files }, [['cache'], ['quotas']], ['cache']);

    assert.deepEqual([kept.resources, kept.left], [{ Outputs: { A: {} }, Resources: {} }, []]);
  });

  it('has a dashboard about the chosen parts', () => {
    const titles = (chosen: readonly string[]): readonly string[] => {
      const boards = Object.values(stackOf(chosen).resources).filter(
        ({ Type }) => Type === 'AWS::CloudWatch::Dashboard',
      );
      return boards.flatMap((board) => {
        const { widgets } = bodyOf(board) as { readonly widgets: readonly Definition[] };
        assert.ok(widgets.every((widget) => !('parts' in widget)));
        return widgets.map(({ properties }) => String((properties as Definition)['title']));
      });
    };
    const all = titles(USUAL);
    const few = titles(['quotas']);
    assert.ok(few.length > 0 && few.length < all.length, `${few.length} of ${all.length}`);
  });

  it('says which tables are left out', () => {
    const tables = (chosen: readonly string[]) => leave(chosen).left.map(({ id }) => id);
    assert.deepEqual(tables(['authorizers']), [
      'ConnectionsTable',
      'UsageTable',
      'CacheTable',
      'PortalTable',
    ]);
    assert.deepEqual(tables(['webhooks']), ['ConnectionsTable', 'UsageTable', 'CacheTable', 'PortalTable']);
    assert.deepEqual(tables(['cache']), ['AccessTable', 'ConnectionsTable', 'UsageTable', 'PortalTable']);
  });

  it('says what happens to their data', () => {
    const [kept = '', gone = ''] = describeLeft([
      { id: 'UsageTable', name: 'gatewright-prod-usage', stays: true },
      { id: 'CacheTable', name: 'gatewright-prod-cache', stays: false },
    ]);
    assert.match(kept, /gatewright-prod-usage\. CloudFormation keeps the table and its data/);
    assert.match(gone, /gatewright-prod-cache, so this deployment deletes the table/);
    const retained = config.replaceAll('${param:deletionPolicy}', 'RetainExceptOnCreate');
    assert.deepEqual(
      leave(['cache'], retained).left.map(({ stays }) => stays),
      [true, false, true, true],
    );
  });

  it('has the parts and needs that serverless.yml names', () => {
    const { custom } = JSON.parse(config) as {
      readonly custom: { readonly parts: unknown; readonly includedParts: unknown };
    };
    assert.deepEqual(custom.parts, PART_NEEDS);
    assert.deepEqual(custom.includedParts, INCLUDED_PARTS);
  });

  it('names the deployed parts that a deployment would remove, and lets only named ones go', () => {
    const { leftParts } = leave(['authorizers', 'quotas']);
    const deployed = ['AccessTable', 'CacheTable', 'UsageTrackerRole', 'AlarmTopic'];

    const refused = describeRemoved(leftParts, deployed, []) ?? '';
    assert.match(
      refused,
      /leaves out: access-logs \(UsageTrackerRole\); cache \(CacheTable\)\. To keep them, run npx gatewright init --add access-logs,cache; to remove them with this deployment, pass --param removedParts=access-logs,cache$/,
    );
    assert.match(
      describeRemoved(leftParts, deployed, ['cache']) ?? '',
      /out: access-logs \(UsageTrackerRole\)\. /,
    );
    assert.equal(describeRemoved(leftParts, deployed, ['cache', 'access-logs']), undefined);
    assert.equal(describeRemoved(leftParts, [], []), undefined);
    assert.equal(describeRemoved(leave(USUAL).leftParts, deployed, []), undefined);
  });
});
