import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { findNamedAccount } from '../../../../packages/gateway/templates/named-account.ts';

const ROLE = 'arn:aws:iam::111122223333:role/orders';

describe('findNamedAccount', () => {
  for (const { name, files, expected } of [
    {
      name: 'takes the account of a role',
      files: { 'serverless.yml': `provider: { role: ${ROLE} }` },
      expected: '111122223333',
    },
    {
      name: 'reads what the service includes',
      files: {
        'serverless.yml': 'provider: { iam: ${file(conf/roles.yml)} }',
        'conf/roles.yml': 'Resource: "arn:aws:dynamodb:us-east-1:111122223333:table/t"',
      },
      expected: '111122223333',
    },
    {
      name: 'reads the environment of a CDK application',
      files: {
        'cdk.out/manifest.json': '{"artifacts":{"S":{"environment":"aws://111122223333/eu-west-1"}}}',
      },
      expected: '111122223333',
    },
    {
      name: 'takes none of several',
      files: { 'template.yaml': `A: ${ROLE}\nB: arn:aws:sqs:eu-west-1:444455556666:q` },
      expected: undefined,
    },
    {
      name: 'passes over layers, other accounts that are trusted, and comments',
      files: {
        'template.yaml': `A: arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:14
B: arn:aws:iam::464622532012:root
# C: arn:aws:sqs:eu-west-1:444455556666:q
D: ${ROLE}  # was arn:aws:iam::777788889999:role/orders`,
      },
      expected: '111122223333',
    },
    {
      name: 'finds none in an ARN of pseudo parameters',
      files: { 'template.yaml': 'A: !Sub arn:aws:iam::${AWS::AccountId}:role/orders' },
      expected: undefined,
    },
    {
      name: 'reads no included file of more than 10 MB',
      files: {
        'serverless.yml': 'custom: { data: ${file(data.json)}, small: ${file(small.json)} }',
        'data.json': `{"role":"arn:aws:iam::444455556666:role/a","x":"${'x'.repeat(10_000_000)}"}`,
        'small.json': `{"role":"${ROLE}"}`,
      },
      expected: '111122223333',
    },
    { name: 'finds none if there is no definition', files: {}, expected: undefined },
  ] satisfies readonly { name: string; files: Record<string, string>; expected: string | undefined }[])
    it(name, () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-account-'));
      for (const [path, text] of Object.entries<string>(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }

      const found = findNamedAccount([folder]);
      rmSync(folder, { recursive: true });

      assert.equal(found, expected);
    });
});
