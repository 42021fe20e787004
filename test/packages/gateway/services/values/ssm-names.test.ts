/**
 * Names that no parameter can have: DefangLabs/defang#348, and of a read aws/amazon-ecs-cli#1020. A path without a
 * slash at its start: aws/aws-sdk-js-v3#5005, localstack/localstack#11538.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adminIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import { LocalValues } from '../../../../../packages/gateway/services/values/local-values.ts';
import { createSsm } from '../../../../../packages/gateway/services/values/ssm.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';

const ADMIN = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };
const REFUSED = {
  __type: 'ValidationException',
  message:
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
};

async function ask(operation: string, input: object): Promise<unknown> {
  const generated = new GeneratedSecrets(() => 0);
  const values = new LocalValues({
    clock: new VirtualClock(),
    generated,
    file: 'v.yml',
    report: () => undefined,
  });
  const ssm = createSsm(values, { accountId: '123456789012', random: new CountingRandom() });
  const { body } = await ssm({
    request: {
      method: 'POST',
      path: '/',
      query: '',
      rawHeaders: ['X-Amz-Target', `AmazonSSM.${operation}`],
      body: Buffer.from(JSON.stringify(input)),
      host: '',
    },
    caller: adminIdentity(ADMIN, '123456789012'),
    service: 'ssm',
    region: 'us-east-1',
  });
  return JSON.parse(body.toString());
}

describe('Names of parameters', () => {
  for (const name of ['ssm-key', 'SSMKey', '/app/a b', 'app//key', '/app/${stage}', 'a/b', 'a/b/', 'a/b:3'])
    it(`are refused if they are like ${name}`, async () => {
      assert.deepEqual(await ask('GetParameter', { Name: name }), REFUSED);
      assert.deepEqual(await ask('GetParameters', { Names: ['app', name] }), REFUSED);
    });

  for (const name of [
    'app',
    '/app/my-key_1.2',
    '/a/b/',
    'app:3',
    'arn:aws:ssm:us-east-1:123456789012:parameter/a',
  ])
    it(`may be like ${name}`, async () => {
      assert.deepEqual(await ask('GetParameters', { Names: [name] }), {
        Parameters: [],
        InvalidParameters: [name],
      });
    });
});

// aws/aws-sdk-js-v3#5928, aws/copilot-cli#66: the quotes within the sentence are escaped
describe('A path of parameters', () => {
  it('begins with a slash', async () => {
    assert.deepEqual(await ask('GetParametersByPath', { Path: 'shop' }), {
      __type: 'ValidationException',
      message: String.raw`The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.`,
    });
  });
});
