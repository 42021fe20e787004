import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessLogSetting, stagedApi } from '../../../support/logged-apis.ts';
import { ok } from '../../../support/rest-apis.ts';

describe('what an access log contains about a request', () => {
  for (const [variable, target, expected] of [
    ['$context.protocol', '/dev/pets', 'HTTP/1.1'],
    ['$context.path', '/dev/pets', '/dev/pets'],
    ['$context.path', '/dev/cats', '/dev/cats'],
    ['$context.httpMethod', '/dev/cats', 'GET'],
    ['$context.identity.sourceIp', '/dev/cats', '127.0.0.1'],
  ] as const)
    it(`is ${expected} for ${variable} of ${target}`, async () => {
      const { send, ports } = stagedApi(
        { AccessLogSetting: accessLogSetting(`$context.requestId ${variable}`) },
        { list: ok },
      );

      await send({ target });

      assert.equal(ports.logGroups.lines.at(-1)?.split(' ').at(-1), expected);
    });
});
