import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeCbor } from '@gatewright/aws/cbor';
import { readOperation } from '@gatewright/aws/aws-operation';

const FORM = 'application/x-www-form-urlencoded';
const read = (headers: readonly string[], body?: string, query = '') =>
  readOperation({ headers, query, body });

describe('readOperation', () => {
  it('reads the target header and its JSON', () => {
    const operation = read(['X-Amz-Target', 'DynamoDB_20120810.GetItem'], '{"TableName":"orders"}');

    assert.deepEqual(operation, {
      protocol: 'json',
      prefix: 'DynamoDB_20120810',
      action: 'GetItem',
      input: { TableName: 'orders' },
    });
  });

  it('has no input if the body is not a JSON object, and an empty one if there is no body', () => {
    const input = (body?: string): unknown => {
      const operation = read(['x-amz-target', 'AmazonSSM.GetParameter'], body);
      return operation.protocol === 'json' ? operation.input : operation;
    };

    assert.deepEqual([input('[1]'), input('{'), input(), input('')], [undefined, undefined, {}, {}]);
  });

  it('takes the last of two headers of a name', () => {
    const operation = read(['x-amz-target', 'A.First', 'X-AMZ-TARGET', 'A.Second']);

    assert.equal(operation.protocol === 'json' && operation.action, 'Second');
  });

  it('does not accept another header, or an empty value, as the target', () => {
    assert.deepEqual(read(['My.Header', 'A.First']), { protocol: 'rest' });
    assert.deepEqual(read(['accept', 'x-amz-target', 'A.First', 'x']), { protocol: 'rest' });
  });

  it('reads the action and its parameters from a query and a form', () => {
    const operation = read(['Content-Type', `${FORM}; charset=utf-8`], 'TopicArn=t', 'Action=Publish');

    assert.equal(operation.protocol, 'query');
    assert.equal(operation.action, 'Publish');
    assert.equal(operation.parameters.get('TopicArn'), 't');
  });

  it('reads no form from a body of another type', () => {
    assert.deepEqual(read(['Content-Type', 'text/plain'], 'Action=Publish'), { protocol: 'rest' });
    assert.equal(read(['Content-Type', FORM], 'Action=Publish').protocol, 'query');
  });

  it('reads RPC v2 CBOR from its path, and nothing else with its header', () => {
    const headers = ['smithy-protocol', 'rpc-v2-cbor'];
    const path = '/service/GraniteServiceVersion20100801/operation/ListMetrics';
    const cbor = (body: Buffer | undefined, at = path) =>
      readOperation({ headers, query: '', body, path: at });

    assert.deepEqual(cbor(undefined), {
      protocol: 'json',
      prefix: 'GraniteServiceVersion20100801',
      action: 'ListMetrics',
      input: {},
      isCbor: true,
    });
    assert.deepEqual(cbor(encodeCbor({ Namespace: 'Shop' })), {
      protocol: 'json',
      prefix: 'GraniteServiceVersion20100801',
      action: 'ListMetrics',
      input: { Namespace: 'Shop' },
      isCbor: true,
    });
    assert.partialDeepStrictEqual(cbor(Buffer.from('ff', 'hex')), { input: undefined });
    assert.deepEqual(cbor(undefined, '/'), { protocol: 'rest' });
    const both = readOperation({
      headers: [...headers, 'X-Amz-Target', 'A.First'],
      query: '',
      body: '',
      path,
    });
    assert.equal(both.protocol === 'json' && both.action, 'First');
    assert.deepEqual(readOperation({ headers: [], query: '', body: undefined, path }), { protocol: 'rest' });
  });

  it('decompresses long inputs, and ignores what cannot be decompressed', () => {
    const headers = ['x-amz-target', 'Granite.PutMetricData', 'Content-Encoding', 'gzip'];
    const input = (body: Buffer): unknown => {
      const operation = readOperation({ headers, query: '', body });
      return operation.protocol === 'json' ? operation.input : operation;
    };

    assert.deepEqual(input(gzipSync('{"Namespace":"Shop"}')), { Namespace: 'Shop' });
    assert.deepEqual(input(Buffer.from('no gzip')), undefined);
    assert.deepEqual(input(gzipSync(`{"a":"${'x'.repeat(17 * 1024 * 1024)}"}`)), undefined);
  });
});
