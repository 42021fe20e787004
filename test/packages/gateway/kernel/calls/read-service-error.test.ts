import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCbor } from '@gatewright/aws/cbor';
import { readServiceError } from '../../../../../packages/gateway/kernel/calls/read-service-error.ts';

const ROWS = [
  {
    form: 'XML with the five entities and both kinds of character references',
    headers: ['Content-Type', 'text/xml'],
    body: '<Error><Code>InvalidAction</Code><Message>&quot;a&quot; &amp; &lt;b&gt; &apos;c&apos; &#39;d&#x27;</Message></Error>',
    message: `"a" & <b> 'c' 'd'`,
    code: 'InvalidAction',
    source: 'https://www.w3.org/TR/xml/#sec-predefined-ent',
  },
  {
    form: 'XML with the reference of a character that does not exist',
    headers: ['Content-Type', 'text/xml'],
    body: '<Error><Code>Bad</Code><Message>a&#999999999;</Message></Error>',
    message: 'a&#999999999;',
    code: 'Bad',
    source: 'https://www.w3.org/TR/xml/#wf-Legalchar',
  },
  {
    form: 'JSON with a namespace',
    headers: ['Content-Type', 'application/x-amz-json-1.0'],
    body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"none"}',
    message: 'none',
    code: 'QueueDoesNotExist',
    source: 'https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization',
  },
  {
    form: 'JSON whose code is only in the header, with an address',
    headers: [
      'X-Amzn-ErrorType',
      'ResourceNotFoundException:http://internal.amazon.com/coral/com.amazonaws.lambda/',
    ],
    body: '{"Message":"Function not found"}',
    message: 'Function not found',
    code: 'ResourceNotFoundException',
    source: 'https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization',
  },
  {
    form: 'CBOR',
    headers: ['Content-Type', 'application/cbor', 'smithy-protocol', 'rpc-v2-cbor'],
    body: encodeCbor({ __type: 'com.amazonaws.cloudwatch#ResourceNotFound', message: 'none' }),
    message: 'none',
    code: 'ResourceNotFound',
    source:
      'https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html#operation-error-serialization',
  },
];

describe('the error in the reply of a service', () => {
  for (const { form, headers, body, message, code, source } of ROWS)
    it(`is read from ${form} (${source})`, () => {
      assert.deepEqual(readServiceError({ headers, body }), { code, message });
    });

  it('has neither a code nor a message if the body has another form', () => {
    for (const body of ['', 'plain', Buffer.from([0xff, 0x00])])
      assert.deepEqual(
        readServiceError({ headers: ['Content-Type', 'application/cbor'], body: Buffer.from(body) }),
        {
          code: undefined,
          message: undefined,
        },
      );
  });
});
