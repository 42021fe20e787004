import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { makeFinding } from '../../../../../packages/gateway/core/deployability/finding.ts';
import { RULES } from '../../../../../packages/gateway/core/deployability/rules.ts';

const readPage = (name: string): string =>
  readFileSync(new URL(`../../../../../docs/${name}`, import.meta.url), 'utf8');
const PAGE = readPage('guides/deploy/check.md');
/** The tables of the page that says which test holds each member. */
const MEMBERS = readPage('design/deployability.md')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .join('\n');

describe('RULES', () => {
  for (const [id, { severity, about, source }] of Object.entries(RULES))
    it(`${id} has a public source, and a row of the guide`, () => {
      assert.match(source, /^https:\/\//);
      assert.ok(
        PAGE.replaceAll(/ +/g, ' ').includes(`| \`${id}\` | ${severity} | ${about} |`),
        `docs/guides/deploy/check.md needs the row | \`${id}\` | ${severity} | ${about} |`,
      );
      assert.ok(
        MEMBERS.includes(`\`${id}\``),
        `docs/design/deployability.md needs \`${id}\` in a table, with the tests that hold it`,
      );
    });
});

describe('makeFinding', () => {
  it('gives a finding about a property the id and the page of the property', () => {
    const at = { stack: 's', resource: 'R', type: 'AWS::ApiGateway::Method', file: 'f' };

    const { id, source } = makeFinding('resource-value', { ...at, property: 'Integration.Uri' }, 'wrong');

    assert.equal(id, 'apigateway-method-integration');
    assert.match(source, /aws-resource-apigateway-method\.html#cfn-apigateway-method-integration$/);
  });

  it('gives the finding of a rule the id of the rule', () => {
    const at = { stack: 's', resource: 'R', type: 'AWS::ApiGateway::Method', property: 'X', file: 'f' };

    assert.equal(makeFinding('authorization-scopes', at, 'wrong').id, 'authorization-scopes');
  });
});
