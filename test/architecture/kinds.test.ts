import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isTest } from './module-kinds.ts';
import { readSources } from './source-files.ts';

/** Error classes that no source checks with `instanceof`, and who distinguishes them. */
const DISTINGUISHED_ELSEWHERE = new Map([
  ['AttachmentFileError', 'of the command: its exit code says that nothing was changed'],
  ['BreakingError', 'of the command: its exit code says that a caller would be locked out'],
  ['ClaimsUncheckedError', 'of the command: its exit code says that nothing was changed'],
  ['ConnectionProblem', "users' programs, in onProblem of connectChannels"],
  ['FunctionFailed', "users' tests, by gatewright/testing"],
  ['HandshakeRefused', "users' tests, by gatewright/testing"],
  ['ReleaseRefused', "maintainers' tool: its tests"],
  ['RuntimeError', 'clients of Lambda, by its name'],
]);

/** Other names for `Record<string, unknown>` than `JsonObject`, and what each of them expresses in addition. */
const NAMED_RECORDS = new Map([
  ['packages/base/aws/json-object.ts: UnknownMembers', 'all others'],
  [
    'packages/gateway/console/page/data/dynamo-values.ts: Value',
    'an attribute of DynamoDB; the page imports no package of ours',
  ],
  [
    'packages/gateway/control/export/export-extensions.ts: Draft',
    'a document that is being written: members are added',
  ],
  ['packages/gateway/core/policy/bearer-token.ts: Claims', 'of a token'],
  ['packages/gateway/dynamodb/actions.ts: Output', 'of an operation: parts are added'],
  ['packages/gateway/dynamodb/partiql-parser.ts: Value', 'an attribute of DynamoDB'],
  ['packages/gatewright/plugin/serverless.ts: CliOptions', 'of osls, by its own name'],
  ['packages/gateway/lambda/worker/contract.ts: Context', 'what a handler gets, and may add to'],
  [
    'packages/toolkit/stack/commands/admin-commands.ts: Answer',
    'what an administration endpoint has answered',
  ],
  ['packages/toolkit/stack/quota/commands/export-query.ts: Row', 'of a table of Athena'],
  ['shared/access/decide/claims.ts: Claims', 'of a token'],
  ['shared/quota/admin/operation.ts: Facts', 'of a change, as its history keeps them'],
  ['shared/quota/admin/plans.ts: PlanDocument', 'a plan as administrators write it'],
]);

const sources = readSources().filter(({ path }) => !isTest(path));

describe('an error class', () => {
  it('exists only if code distinguishes it', () => {
    const classes = sources.flatMap(({ text }) =>
      [
        ...text.matchAll(/^(?:export )?class (\w+) extends \w*(?:Error|Invalid|Faults?|Refus(?:ed|al))\b/gm),
      ].map(([, name = '']) => name),
    );
    const asked = new Set(
      sources.flatMap(({ text }) => [...text.matchAll(/\binstanceof (\w+)/g)].map(([, name = '']) => name)),
    );

    assert.ok(classes.length > 0, 'no error class was found: has their form changed?');
    assert.deepEqual(classes.filter((name) => !asked.has(name)).sort(), [...DISTINGUISHED_ELSEWHERE.keys()]);
  });
});

describe('an object with unchecked members', () => {
  it('has the type UnknownMembers, unless another name expresses more', () => {
    const names = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?type (\w+) = (?:Readonly<)?Record<string, unknown>>?;/gm)].map(
        ([, name = '']) => `${path}: ${name}`,
      ),
    );

    assert.deepEqual(names.sort(), [...NAMED_RECORDS.keys()].sort());
  });
});
