import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listAttributes } from '../../../../../packages/gateway/cognito/pools/schema-attributes.ts';

const find = (properties: object, name: string): unknown =>
  listAttributes({ ...properties }).find((one) => one['Name'] === name);

// AWS CLI reference, create-user-pool and describe-user-pool: SchemaAttributes of the answers
describe('the attributes that DescribeUserPool lists', () => {
  it('are the twenty standard ones if the pool has no schema', () => {
    const attributes = listAttributes({});

    assert.deepEqual(
      attributes.map(({ Name }) => Name),
      (
        'sub name given_name family_name middle_name nickname preferred_username profile picture website email ' +
        'email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at'
      ).split(' '),
    );
    assert.deepEqual(attributes[0], {
      Name: 'sub',
      AttributeDataType: 'String',
      DeveloperOnlyAttribute: false,
      Mutable: false,
      Required: true,
      StringAttributeConstraints: { MinLength: '1', MaxLength: '2048' },
    });
    assert.deepEqual(find({}, 'email_verified'), {
      Name: 'email_verified',
      AttributeDataType: 'Boolean',
      DeveloperOnlyAttribute: false,
      Mutable: true,
      Required: false,
    });
  });

  it('are changed and extended by the schema, whose limits are texts', () => {
    const Schema = [
      { Name: 'email', Required: true, Mutable: 'false' },
      { Name: 'shop', AttributeDataType: 'Number', NumberAttributeConstraints: { MinValue: 1 } },
      { Name: 'note', Mutable: true },
      { Name: 'secret', DeveloperOnlyAttribute: true },
    ];

    assert.partialDeepStrictEqual(find({ Schema }, 'email'), { Required: true, Mutable: false });
    assert.partialDeepStrictEqual(find({ Schema }, 'custom:shop'), {
      AttributeDataType: 'Number',
      NumberAttributeConstraints: { MinValue: '1' },
    });
    assert.partialDeepStrictEqual(find({ Schema }, 'custom:note'), { StringAttributeConstraints: {} });
    assert.partialDeepStrictEqual(find({ Schema }, 'dev:custom:secret'), { DeveloperOnlyAttribute: true });
    assert.equal(listAttributes({ Schema }).length, 23);
  });
});
