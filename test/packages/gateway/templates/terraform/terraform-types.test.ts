import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { serviceReference } from '../../../../../packages/gateway/templates/cloudformation/service-names.ts';
import {
  PARTS,
  TERRAFORM_TYPES,
  fillPattern,
  pascal,
} from '../../../../../packages/gateway/templates/terraform/terraform-types.ts';

const KNOWN_TYPES = new Set(RESOURCE_TYPES.names);
const IDENTITY = {
  stackName: 's',
  logicalId: 'l',
  region: 'eu-west-1',
  accountId: '123456789012',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
  text: () => 'text',
};

describe("the provider's types", () => {
  for (const [name, row] of TERRAFORM_TYPES) {
    const known = RESOURCE_TYPES.classOf(row.type);

    it(`${name} sets properties that ${row.type} has`, () => {
      assert.ok(KNOWN_TYPES.has(row.type) || serviceReference(row.type, IDENTITY) !== undefined, row.type);
      if (known === undefined) return;
      const { enforced, noEffect = [], whereKnown = [], unsupported = {}, values = {} } = known;
      const all = [
        ...enforced,
        ...noEffect,
        ...whereKnown,
        ...Object.keys(unsupported),
        ...Object.keys(values),
      ];
      // Documents are expanded before properties are classified.
      const names = new Set(['Body', ...all.map((property) => property.split('.')[0])]);
      const unknown = row.attributes.map(({ property }) => property[0]).filter((each) => !names.has(each));

      assert.deepEqual(unknown, []);
    });

    it(`${name} is referred to by what ${row.type} has`, () => {
      const attributes = RESOURCE_TYPES.namesOf(row.type)?.attributes;
      if (attributes === undefined) return;
      const wanted = [...row.exports.values()].flatMap((pattern) => pattern.match(/(?<=\{@)\w+/g) ?? []);

      assert.deepEqual(
        wanted.filter((each) => !Object.hasOwn(attributes, each)),
        [],
      );
    });
  }

  it('that are parts of others are not resources of their own', () => {
    assert.deepEqual(
      [...TERRAFORM_TYPES.keys()].filter((name) => PARTS.has(name)),
      [],
    );
  });
});

describe('fillPattern', () => {
  it("makes CloudFormation's expression of a pattern", () => {
    assert.deepEqual(
      fillPattern('{Ref}', 'a.b', () => ''),
      { Ref: 'a.b' },
    );
    assert.deepEqual(
      fillPattern('https://{@Host}/{ApiId}', 'a.b', (name) => `its ${name}`),
      {
        'Fn::Join': ['', ['https://', { 'Fn::GetAtt': ['a.b', 'Host'] }, '/', 'its ApiId']],
      },
    );
    assert.equal(pascal('rest_api_id'), 'RestApiId');
  });
});
