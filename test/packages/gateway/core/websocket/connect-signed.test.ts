import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import { anApi, OK, STARTED_AT_EPOCH_MS } from './fixture.ts';
import { IDENTITIES } from './sdk.ts';
import { shakeHands, startApi } from './server.ts';
import type { Authorization } from '../../../../../packages/gateway/core/deployment/model.ts';

const IAM: Authorization = { kind: 'iam', unsigned: 'MISSING_AUTHENTICATION_TOKEN' };

describe('connect behind AWS_IAM', () => {
  const rows = [
    { who: 'invoker', secret: 'a-secret-of-nobody-else', status: 101 },
    { who: 'poster', secret: 'a-secret-of-nobody-else', status: 403, body: /\$connect"\}$/ },
    { who: 'invoker', secret: 'another-secret', status: 403, body: /signature we calculated does not match/ },
  ];
  for (const { who, secret, status, body } of rows)
    it(`answers ${status} to a handshake of ${who} with "${secret}" (docs/aws §4.6)`, async () => {
      const routes = { $connect: { functionName: 'connect', authorization: IAM } };
      const running = await startApi(anApi(routes), { connect: OK }, IDENTITIES);
      after(() => running.close());
      const { Authorization: authorization = '', 'X-Amz-Date': date = '' } = signRequest({
        method: 'GET',
        url: new URL(`http://${running.host}/dev`),
        service: 'execute-api',
        region: 'us-east-1',
        nowEpochMs: STARTED_AT_EPOCH_MS,
        accessKeyId: `AKIALOCAL${who.toUpperCase()}`,
        secretAccessKey: secret,
      });

      const handshake = await shakeHands(`ws://${running.host}/dev`, {
        headers: { Authorization: authorization, 'X-Amz-Date': date },
      });

      assert.equal(handshake.kind === 'open' ? 101 : handshake.status, status);
      if (body !== undefined) assert.match(handshake.kind === 'refused' ? handshake.body : '', body);
    });
});
