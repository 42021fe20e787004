import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  wordFrame,
  wordRefusal,
} from '../../../../../../packages/gateway/core/deployment/wordings/refusal-wordings.ts';
import { readSources } from '../../../../../architecture/source-files.ts';
import type { Refusal } from '../../../../../../packages/gateway/core/deployment/wordings/refusal-wordings.ts';

const rows: readonly { of: Refusal; status: number; body: string; errorType?: string; source: string }[] = [
  {
    of: 'no-api',
    status: 403,
    body: '{"message":"Forbidden"}',
    source: 'docs/aws §10.4',
  },
  {
    of: 'no-http-api',
    status: 404,
    body: '{"message":"Not Found"}',
    source: 'docs/aws §10.4',
  },
  {
    of: 'untrusted-certificate',
    status: 403,
    body: '{"message":"Forbidden"}',
    errorType: 'ForbiddenException',
    source: 'docs/aws §10.7',
  },
  {
    of: 'no-management-route',
    status: 404,
    body: '{"message":"No method found matching route"}',
    errorType: 'NotFoundException',
    source: 'docs/aws §11.5',
  },
  {
    of: 'message-too-long',
    status: 413,
    body: '{"message":"Message too long"}',
    errorType: 'PayloadTooLargeException',
    source: 'docs/aws §11.5',
  },
  {
    of: 'too-many-posts',
    status: 429,
    body: '{"message":"Too Many Requests"}',
    errorType: 'LimitExceededException',
    source: 'docs/aws §11.5',
  },
  {
    of: 'gone',
    status: 410,
    body: '',
    errorType: 'GoneException',
    source: 'docs/aws §11.5: no body',
  },
];

describe('wordRefusal', () => {
  for (const { of, status, body, errorType, source } of rows)
    it(`words ${of} (${source})`, () => {
      const worded = wordRefusal(of);
      const type = body === '' ? [] : ['Content-Type', 'application/json'];

      assert.deepEqual(worded, {
        status,
        body,
        headers: errorType === undefined ? type : [...type, 'x-amzn-ErrorType', errorType],
      });
    });

  it('accepts additional members, and another message', () => {
    const { body } = wordRefusal('invalid-connection-id', { message: 'Invalid connectionId: x"', id: 'x"' });

    assert.equal(body, '{"message":"Invalid connectionId: x\\"","id":"x\\""}');
  });
});

describe('wordFrame', () => {
  const ids = { connectionId: 'JCIoWGiIvHcCJ7g=', requestId: 'JCIoXE9cvHcFh2w=' };

  it("tells the sender only about faults of the request, in AWS's form", () => {
    assert.deepEqual(wordFrame('THROTTLED', ids), {
      status: 429,
      text: '{"message": "Too Many Requests", "connectionId":"JCIoWGiIvHcCJ7g=", "requestId":"JCIoXE9cvHcFh2w="}',
    });
    assert.equal(wordFrame('BAD_REQUEST_BODY', ids).status, 400);
    assert.equal(wordFrame('MISSING_AUTHENTICATION_TOKEN', ids).status, 403);
  });

  it('says "Internal server error" of all else', () => {
    assert.match(wordFrame('FUNCTION_FAILED', ids).text, /^{"message": "Internal server error", /);
    assert.equal(wordFrame('INTEGRATION_TIMEOUT', ids).status, 500);
  });
});

describe('a refusal', () => {
  it('is worded only in deployment/: sockets, pipelines and the control port word none', () => {
    const carriers = /^gateway\/(?:(?:server|websocket|phases|control-port)\/|pipeline\.ts$)/;
    const words = /x-amzn-ErrorType|\{"message"|stringify\(\{ ?message/;

    const writing = readSources().filter(({ path, text }) => carriers.test(path) && words.test(text));

    assert.deepEqual(
      writing.map(({ path }) => path),
      [],
    );
  });
});
