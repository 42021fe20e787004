import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printIdentities, RUNNER_KEY, sign } from '../../../../packages/conformance/play/signing.ts';
import { signRequest } from '../../../../packages/base/aws/sign-request.ts';

const REQUEST = {
  method: 'POST',
  url: new URL('https://api.example/dev'),
  headers: { A: 'b' },
  nowEpochMs: Date.UTC(2026, 10, 24),
};
const scopeOf = ({ Authorization = '' }: Record<string, string>): string =>
  /Credential=([^,]+)/.exec(Authorization)?.[1] ?? '';

describe('sign', () => {
  for (const [given, scope] of [
    [{ as: 'runner' }, 'us-east-1/execute-api'],
    [{ as: 'runner', service: 'apigateway', region: 'eu-west-1' }, 'eu-west-1/apigateway'],
  ] as const)
    it(`signs ${JSON.stringify(given)} by the admin, for ${scope}`, () => {
      const headers = sign({ ...REQUEST, body: undefined }, given);

      assert.equal(scopeOf(headers), `${RUNNER_KEY.accessKeyId}/20261124/${scope}/aws4_request`);
      assert.equal(headers['A'], 'b');
    });

  it('signs the body', () => {
    const body = Buffer.from('{}');
    const at = { service: 'execute-api', region: 'us-east-1', ...RUNNER_KEY };

    assert.deepEqual(sign({ ...REQUEST, body }, { as: 'runner' }), signRequest({ ...REQUEST, body, ...at }));
  });

  it('signs by the keys that the file of identities gives them, and each by its own', () => {
    const policies = [{ Version: '2012-10-17', Statement: [] }];
    const { identities } = JSON.parse(printIdentities({ reader: policies, writer: [] })) as {
      identities: readonly {
        name: string;
        accessKeyId: string;
        secretAccessKey: string;
        policies: unknown;
      }[];
    };
    const [reader, writer] = identities;

    assert.deepEqual([reader?.name, reader?.policies, writer?.name], ['reader', policies, 'writer']);
    assert.notEqual(reader?.secretAccessKey, writer?.secretAccessKey);
    for (const { name, accessKeyId } of identities) {
      const scope = scopeOf(sign({ ...REQUEST, body: undefined }, { as: name }));
      assert.ok(scope.startsWith(`${accessKeyId}/`), scope);
      assert.notEqual(accessKeyId, RUNNER_KEY.accessKeyId);
    }
  });
});
