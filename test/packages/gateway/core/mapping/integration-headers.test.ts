import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isForbiddenMapping,
  mapHeader,
  passHeaders,
  startHeaders,
} from '../../../../../packages/gateway/core/mapping/integration-headers.ts';
import { MappingInput } from '../../../../../packages/gateway/core/mapping/mapping-input.ts';
import { printHeaders, type WireHeaders } from '../../../../../packages/gateway/core/mapping/wire-headers.ts';
import { aRequest } from '../events/a-request.ts';

describe('isForbiddenMapping (docs/aws §1.5)', () => {
  const rows: readonly { name: string; toHttp: boolean; toAws: boolean }[] = [
    { name: 'Content-Length', toHttp: true, toAws: true },
    { name: 'transfer-encoding', toHttp: true, toAws: true },
    ...['Authorization', 'Connection', 'Expect', 'Proxy-Authenticate', 'TE'].map((name) => ({
      name,
      toHttp: false,
      toAws: true,
    })),
    ...['Host', 'Via', 'Upgrade', 'X-Amz-Target', 'Trailer'].map((name) => ({
      name,
      toHttp: false,
      toAws: false,
    })),
  ];
  for (const { name, toHttp, toAws } of rows)
    it(`says ${toHttp ? 'yes' : 'no'} for ${name} to HTTP and ${toAws ? 'yes' : 'no'} to AWS`, () => {
      assert.equal(isForbiddenMapping(name, false), toHttp);
      assert.equal(isForbiddenMapping(name, true), toAws);
    });
});

describe('startHeaders (docs/aws §2.6)', () => {
  const own = { apiId: 'abc', traceHeader: 'Root=1', contentType: 'text/csv' };

  it('starts an HTTP call without any header of the client', () => {
    assert.deepEqual(printHeaders(startHeaders('http', own)), [
      'Accept',
      'application/json',
      'User-Agent',
      'AmazonAPIGateway_abc',
      'Content-Type',
      'text/csv',
      'X-Amzn-Trace-Id',
      'Root=1',
      'X-Amzn-Apigateway-Api-Id',
      'abc',
    ]);
  });

  it('sends no API name to an AWS service, and no type without a body', () => {
    const names = printHeaders(startHeaders('service', { ...own, contentType: undefined })).filter(
      (_, index) => index % 2 === 0,
    );
    assert.deepEqual(names, ['Accept', 'User-Agent', 'X-Amzn-Trace-Id']);
  });
});

describe('passHeaders', () => {
  it("passes the client's headers on, except Host, Via and Content-Encoding", () => {
    const facts = aRequest({
      rawHeaders: [
        'Host',
        'h',
        'Via',
        'v',
        'Content-Encoding',
        'gzip',
        'X-A',
        '1',
        'x-a',
        '2',
        'Expect',
        'e',
      ],
    });
    const headers = passHeaders(new MappingInput(facts, { kind: 'anonymous' }, undefined), 'abc');

    assert.deepEqual(headers.get('x-a')?.values, ['1', '2']);
    assert.deepEqual(headers.get('x-amzn-apigateway-api-id')?.values, ['abc']);
    for (const name of ['host', 'via', 'content-encoding', 'expect']) assert.equal(headers.has(name), false);
  });
});

describe('mapHeader', () => {
  const rows = [
    {
      target: 'http',
      dropped: ['Connection', 'Expect', 'Proxy-Authenticate', 'TE', 'Via', 'Keep-Alive'],
      kept: 'Upgrade',
    },
    {
      target: 'http-proxy',
      dropped: ['Connection', 'Expect', 'Proxy-Authenticate', 'TE', 'Via'],
      kept: 'Host',
    },
    { target: 'service', dropped: ['Referer'], kept: 'Via' },
  ] as const;
  for (const { target, dropped, kept } of rows)
    it(`drops ${dropped.join(', ')} on the way to ${target} and keeps ${kept}`, () => {
      const headers: WireHeaders = new Map();
      for (const name of [...dropped, kept]) mapHeader(headers, target, name, 'x');
      assert.deepEqual(printHeaders(headers), [kept, 'x']);
    });
});
