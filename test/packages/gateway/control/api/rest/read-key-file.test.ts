import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateUsagePlanCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
  ImportApiKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { readKeyFile } from '../../../../../../packages/gateway/control/api/rest/read-key-file.ts';
import { aRestControl } from '../../../../../support/a-rest-control.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

// Source: API Gateway developer guide, "API Gateway API key file format"

const KEY = 'apikey1234abcdefghij0123456789';

describe('readKeyFile', () => {
  it('reads columns in any order, quotes, line breaks of both kinds and empty lines', () => {
    const text = `\uFEFFKey,Name,usageplanIds,Enabled,description\r\n${KEY},"a, ""b""","p1, p2",TRUE,"two\nlines"\n\nother,c,,,\n`;

    assert.deepEqual(readKeyFile(text), [
      {
        line: 2,
        name: 'a, "b"',
        value: KEY,
        description: 'two\nlines',
        enabled: true,
        planIds: ['p1', 'p2'],
      },
      { line: 5, name: 'c', value: 'other', description: undefined, enabled: false, planIds: [] },
    ]);
  });

  for (const { text, says } of [
    { text: '', says: /columns name and key/ },
    { text: 'name,description\na,b', says: /columns name and key/ },
    { text: 'name,key,colour\n', says: /Unrecognized column in the header: colour/ },
    { text: 'name,key\n"a,b', says: /Line 2 of the file is not valid CSV/ },
    { text: 'name,key\na"b,c', says: /Line 2 of the file is not valid CSV/ },
    { text: 'name,key\n"a\nb",c\n\nd"e,f', says: /Line 5 of the file is not valid CSV/ },
  ])
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => readKeyFile(text), says);
    });
});

describe('ImportApiKeys', () => {
  let at: TestRestControl;
  before(async () => {
    at = await aRestControl({});
  });
  after(() => at.close());

  const send = (body: string, failOnWarnings = false) =>
    at.sdk.send(new ImportApiKeysCommand({ format: 'csv', body: Buffer.from(body), failOnWarnings }));
  const names = async () =>
    ((await at.sdk.send(new GetApiKeysCommand({}))).items ?? []).map(({ name }) => name).sort();

  it('makes the keys, puts them into their plans and warns of what it cannot take', async () => {
    const { id = '' } = await at.sdk.send(new CreateUsagePlanCommand({ name: 'p' }));

    const { ids = [], warnings = [] } = await send(
      `name,key,enabled,usageplanids\nfirst,${KEY},true,"${id},none"\nshort,abc,true,\n`,
    );

    const members = await at.sdk.send(new GetUsagePlanKeysCommand({ usagePlanId: id }));
    assert.deepEqual(
      members.items?.map(({ value, name }) => [value, name]),
      [[KEY, 'first']],
    );
    assert.equal(ids.length, 1);
    assert.match(
      warnings.join('\n'),
      /^Line 2: [^\n]+\nLine 3: API Key value should be at least 20 characters$/,
    );
  });

  it('takes nothing if warnings are to be failures', async () => {
    const before = await names();
    const file = `name,key\nsecond,second-${KEY}\nshort,abc\n`;

    await assert.rejects(send(file, true), { name: 'BadRequestException', message: /Line 3: / });

    assert.deepEqual(await names(), before);
  });
});
