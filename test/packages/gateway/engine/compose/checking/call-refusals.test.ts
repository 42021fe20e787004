import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REST_CONSTRAINTS } from '../../../../../../packages/gateway/control/resource-types/constraints.ts';
import { V2_CONSTRAINTS } from '../../../../../../packages/gateway/control/resource-types/v2-constraints.ts';
import { REFUSED_DEFINITIONS } from './refused-definitions.ts';
import { CALL_REFUSALS } from './calls/call-refusals.ts';
import { readRefusals } from './calls/read-refusals.ts';

/** Calls of the tables of constraints for which CloudFormation has no resource that is created by them. */
const WITHOUT_TYPE = ['PUT /tags/{arn}', 'PATCH /v2/apis/{apiId}/routes/{routeId}'];

describe('refusals of calls', () => {
  it('are each refused in a template too, or have a reason why not', () => {
    const found = readRefusals().map(({ file, message }) => `${file}: ${message}`);
    const listed = Object.entries(CALL_REFUSALS).flatMap(([file, messages]) =>
      Object.keys(messages).map((message) => `${file}: ${message}`),
    );
    assert.deepEqual(
      found.filter((one) => !listed.includes(one)),
      [],
      'add a row to call-refusals.ts: the name of a definition that `check` refuses for the same reason, or why a template is not asked',
    );
    assert.deepEqual(
      listed.filter((one) => !found.includes(one)),
      [],
      'remove these rows of call-refusals.ts, or change their message: no source file has it',
    );
  });

  it('name definitions that are checked', () => {
    const names = new Set(REFUSED_DEFINITIONS.map(({ name }) => name));
    const named = Object.values(CALL_REFUSALS).flatMap((messages) => Object.values(messages));
    assert.deepEqual(
      named.flatMap((answer) => (typeof answer === 'string' || names.has(answer.by) ? [] : [answer.by])),
      [],
    );
  });

  it('by the tables of constraints are asked of the type that the call creates', () => {
    const unasked = [...REST_CONSTRAINTS, ...V2_CONSTRAINTS].flatMap(({ type, made }) =>
      type === undefined && !WITHOUT_TYPE.includes(made) ? [made] : [],
    );
    assert.deepEqual(unasked, [], 'write the resource type into the row of constraints.ts');
  });
});
