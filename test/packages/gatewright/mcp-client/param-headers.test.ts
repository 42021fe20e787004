import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  printParamHeaders,
  readParamHeaders,
} from '../../../../packages/gatewright/mcp-client/param-headers.ts';

const SOURCE = 'MCP 2026-07-28, Streamable HTTP, Custom Headers from Tool Parameters';
const text = (header: unknown): object => ({ type: 'string', 'x-mcp-header': header });
const object = (properties: object): object => ({ type: 'object', properties });

describe('readParamHeaders', () => {
  const invalid = [
    { name: 'an empty name', schema: object({ a: text('') }) },
    { name: 'a name that is not a token', schema: object({ a: text('A B') }) },
    { name: 'a name with a line break', schema: object({ a: text('A\r\nB') }) },
    { name: 'a name that is not text', schema: object({ a: text(7) }) },
    { name: 'two names that differ by case only', schema: object({ a: text('Id'), b: text('ID') }) },
    { name: 'a number', schema: object({ a: { type: 'number', 'x-mcp-header': 'A' } }) },
    { name: 'a property without a type', schema: object({ a: { 'x-mcp-header': 'A' } }) },
    { name: 'an object', schema: object({ a: { ...object({}), 'x-mcp-header': 'A' } }) },
    { name: 'the schema itself', schema: { ...object({}), type: 'string', 'x-mcp-header': 'A' } },
    { name: 'items of a list', schema: object({ a: { type: 'array', items: text('A') } }) },
    { name: 'an alternative', schema: { oneOf: [object({ a: text('A') })] } },
    { name: 'a condition', schema: { if: {}, then: object({ a: text('A') }) } },
    { name: 'a definition', schema: { $defs: { x: text('A') } } },
    { name: 'an alternative of a property', schema: object({ a: { anyOf: [text('A')] } }) },
  ];
  for (const { name, schema } of invalid)
    it(`refuses ${name}`, () => {
      assert.equal(readParamHeaders(schema).kind, 'invalid', SOURCE);
    });

  it('finds nested properties, and accepts a schema without any', () => {
    assert.deepEqual(readParamHeaders(object({ a: object({ b: text('B') }), c: { type: 'string' } })), {
      kind: 'valid',
      annotated: [{ path: ['a', 'b'], header: 'B' }],
    });
    assert.deepEqual(readParamHeaders(undefined), { kind: 'valid', annotated: [] });
  });
});

describe('printParamHeaders', () => {
  const printed = [
    { name: 'text as it is', value: 'us-west1', header: 'us-west1' },
    { name: 'a whole number', value: -7, header: '-7' },
    { name: 'a boolean', value: false, header: 'false' },
    { name: 'empty text', value: '', header: '' },
    { name: 'other characters in Base64', value: 'Hello, 世界', header: '=?base64?SGVsbG8sIOS4lueVjA==?=' },
    { name: 'blanks at an end in Base64', value: ' padded ', header: '=?base64?IHBhZGRlZCA=?=' },
    { name: 'a line break in Base64', value: 'line1\nline2', header: '=?base64?bGluZTEKbGluZTI=?=' },
    {
      name: 'the sentinel in Base64',
      value: '=?base64?literal?=',
      header: '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=',
    },
    { name: 'nothing for null', value: null, header: undefined },
    { name: 'nothing for an object', value: {}, header: undefined },
  ];
  for (const { name, value, header } of printed)
    it(`prints ${name}`, () => {
      const headers = printParamHeaders([{ path: ['a', 'b'], header: 'X' }], { a: { b: value } });
      assert.deepEqual(headers, header === undefined ? {} : { 'mcp-param-X': header }, SOURCE);
    });

  it('prints nothing for an argument that is absent', () => {
    assert.deepEqual(printParamHeaders([{ path: ['a', 'b'], header: 'X' }], { a: 'text' }), {});
  });
});
