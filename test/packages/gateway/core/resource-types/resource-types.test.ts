import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  RECORDED,
  ResourceTypes,
} from '../../../../../packages/gateway/core/resource-types/resource-types.ts';

const OWN = 'messages are not sent';
const TYPES = new ResourceTypes([
  { 'AWS::SES::*': { consequence: RECORDED }, 'AWS::SES::Template': { consequence: OWN } },
  { 'AWS::Batch::*': {}, 'AWS::SQS::Queue': {} },
]);

describe('what requests lack because of a type that is not supported', () => {
  for (const { name, type, lack } of [
    { name: 'its own consequence', type: 'AWS::SES::Template', lack: OWN },
    { name: 'that of its service', type: 'AWS::SES::ReceiptRule', lack: RECORDED },
    { name: 'everything, for a service without one', type: 'AWS::Batch::JobQueue', lack: undefined },
    { name: 'everything, for a type without one', type: 'AWS::SQS::Queue', lack: undefined },
    { name: 'everything, for an unknown type', type: 'AWS::Unknown::Thing', lack: undefined },
    { name: 'everything, for a name of JavaScript', type: 'constructor', lack: undefined },
    {
      name: 'everything, for a name that only ends like a known one',
      type: 'My::AWS::SES::X',
      lack: undefined,
    },
  ])
    it(`is ${name}`, () => {
      assert.equal(
        TYPES.consequenceOf(type),
        lack ?? 'the gateway does not run resources of this type, so calls to them fail',
      );
    });
});
