/** Source: SQS developer guide, "Calculating the MD5 message digest for message attributes". */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  digestOfAttributes,
  digestOfBody,
} from '../../../../../packages/gateway/services/sqs/message-digest.ts';

/** Length in four bytes, big-endian, then the bytes. */
const measured = (text: string): string =>
  `${Buffer.byteLength(text).toString(16).padStart(8, '0')}${Buffer.from(text).toString('hex')}`;
const md5 = (hex: string): string => createHash('md5').update(Buffer.from(hex, 'hex')).digest('hex');

describe('the digest of a message', () => {
  it('is the digest of its body', () => {
    assert.equal(digestOfBody('This is a test message'), 'fafb00f5732ab283681e124bf8747ed1');
  });

  it('is of the name, the type, the kind and the value of each attribute, sorted by name', () => {
    const attributes = {
      b: { DataType: 'Binary.gif', BinaryValue: Buffer.from('é').toString('base64') },
      a: { DataType: 'Number', StringValue: '7' },
    };

    const first = `${measured('a')}${measured('Number')}01${measured('7')}`;
    const second = `${measured('b')}${measured('Binary.gif')}02${measured('é')}`;
    assert.equal(digestOfAttributes(attributes), md5(first + second));
  });

  it('is undefined if there are no attributes', () => {
    assert.equal(digestOfAttributes({}), undefined);
  });
});
