/** Each fault of a signature has its own advice; the request passes once the advice is followed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainSignature } from '../../../../../packages/gateway/console/explain/explain-signature.ts';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import { createIdentities, parseIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { ACCOUNT_ID } from '../../../../support/a-stack.ts';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';

const HOST = 'abcdefghij.execute-api.localhost:3000';
const RIGHT = {
  accessKeyId: 'AKIALOCAL000ALICE',
  secretAccessKey: 'a-secret-of-this-test',
  service: 'execute-api',
  region: 'us-east-1',
  nowEpochMs: EPOCH_MS,
};

/** docs/aws §4.6 has AWS's order of checks and its messages. */
const ROWS: readonly (readonly [name: string, wrong: Partial<typeof RIGHT>, change: RegExp])[] = [
  ['the region', { region: 'eu-west-1' }, /^Sign for the region of the API: us-east-1\.$/],
  ['the service', { service: 'lambda' }, /^Sign for the service execute-api\.$/],
  [
    'region and service',
    { region: 'eu-west-1', service: 's3' },
    /^Sign for the region of the API: us-east-1\.\nSign for the service execute-api\.$/,
  ],
  [
    'the secret',
    { secretAccessKey: 'another' },
    /^Compare the canonical string above .*exactly the text that was signed.* check the secret access key \(`gatewright env`/,
  ],
  ['the access key', { accessKeyId: 'AKIALOCAL0NOBODYS' }, /^Use an access key that the gateway knows/],
  [
    'a temporary key without its session token',
    // https://github.com/kndt84/aws-api-gateway-client/issues/31
    { accessKeyId: 'ASIALOCAL0NOBODYS' },
    /^Give the signer the session token of the credentials as well/,
  ],
  [
    'the clock',
    { nowEpochMs: EPOCH_MS - 3_000_000 },
    /^Sign each request just before it is sent: .* correct the clock of the client/,
  ],
];

describe('a refused signature', () => {
  const aSignedApi = () => {
    const api = aRecordedApi(restApi({ AuthorizationType: 'AWS_IAM' }), { list: ok });
    const identities = `identities:\n  - { name: alice, accessKeyId: ${RIGHT.accessKeyId}, secretAccessKey: ${RIGHT.secretAccessKey}, policies: [{ Version: '2012-10-17', Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }] }\n`;
    api.ports.identities = createIdentities(parseIdentities(identities, 'f.yml', ACCOUNT_ID));
    const send = (wrong: Partial<typeof RIGHT>) => {
      const signed = signRequest({
        method: 'GET',
        url: new URL(`http://${HOST}/dev/pets`),
        headers: {},
        body: '',
        ...RIGHT,
        ...wrong,
      });
      return api.send({ target: '/dev/pets', headers: Object.entries(signed).flat() });
    };
    return { ...api, sign: send };
  };

  for (const [name, wrong, change] of ROWS)
    it(`is explained by what is wrong: ${name}`, async () => {
      const api = aSignedApi();

      assert.equal((await api.sign(wrong)).status, 403);

      const { story } = api.last();
      assert.match(story.changes.join('\n'), change, storyOf(api.last()));
      // The id of an unknown key is masked, like the header from which it comes.
      const owner =
        wrong.accessKeyId === undefined ? /^The request has the access key of alice\.$/ : /access key \S+\.$/;
      assert.ok(
        story.sentences.some((sentence) => owner.test(sentence)),
        storyOf(api.last()),
      );
    });

  it('says how to write the header if it is not a signature', async () => {
    const api = aSignedApi();

    await api.send({ target: '/dev/pets', headers: ['Authorization', 'Bearer abc', 'Host', HOST] });

    assert.match(api.last().story.changes.join('\n'), /^Let an AWS SDK write the signature/);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subscription.html
  it('says how a browser can sign a handshake', () => {
    const { because, changes } = explainSignature({
      kind: 'handshake',
      protocol: 'websocket',
      failure: 'the request is not signed',
      isDeployed: false,
    } as never);

    assert.match(because.join('\n'), /AuthorizationType of \$connect is AWS_IAM/);
    assert.match(
      changes.join('\n'),
      /A browser cannot set the headers of a handshake: presign the URL of the handshake/,
    );
  });
});
