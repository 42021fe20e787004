import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deviceOf } from '../../../../../packages/gateway/core/events/viewer-device.ts';
import {
  gatherLowerCase,
  readRestHeaders,
} from '../../../../../packages/gateway/core/events/request-headers.ts';
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import { aRequest } from './a-request.ts';
import type { RoutedFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';

const API = {
  apiId: 'abc123',
  accountId: '123456789012',
  region: 'us-east-1',
  domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
};

const edgeRequest = (rawHeaders: readonly string[] = [], more: object = {}): RoutedFacts =>
  aRequest({ rawHeaders, api: { ...API, endpointType: 'EDGE', ...more } });

describe('readRestHeaders', () => {
  it('adds what the edge adds before an edge-optimized API', () => {
    const { headers, multiValueHeaders } = readRestHeaders(edgeRequest(['User-Agent', 'iPhone Mobile']));

    assert.equal(headers['X-Amz-Cf-Id'], 'JCIoWGiIvHcEsxgJCIoWGiIvHcEsxgJCIoWGiIvHcEsxgJCIoWGiIv==');
    assert.equal(headers['X-Forwarded-For'], '192.0.2.1, 127.0.0.1');
    assert.match(headers['Via'] ?? '', /^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/);
    assert.deepEqual(
      ['Desktop', 'Mobile', 'SmartTV', 'Tablet'].map(
        (kind) => multiValueHeaders[`CloudFront-Is-${kind}-Viewer`],
      ),
      [['false'], ['true'], ['false'], ['false']],
    );
  });

  it("does not trust the client's value", () => {
    const { headers } = readRestHeaders(
      edgeRequest(['cloudfront-viewer-country', 'DE', 'x-amz-cf-id', 'mine', 'via', '1.1 own']),
    );

    assert.equal(headers['cloudfront-viewer-country'], undefined);
    assert.deepEqual([headers['x-amz-cf-id'], headers['X-Amz-Cf-Id']?.length], [undefined, 56]);
    assert.match(headers['Via'] ?? '', /^1\.1 own, 1\.1 /);
  });

  for (const [name, request] of [
    ['regional APIs', edgeRequest([], { endpointType: 'REGIONAL' })],
    ['custom domains', edgeRequest([], { basePathMatched: '(none)' })],
    ['test calls', { ...edgeRequest(), sourceIp: 'test-invoke-source-ip' }],
  ] as const)
    it(`adds nothing before ${name}`, () => {
      const names = Object.keys(readRestHeaders(request).headers);

      assert.deepEqual(
        names.filter((one) => /cloudfront|^via$|cf-id/i.test(one)),
        [],
      );
    });
});

describe('gatherLowerCase', () => {
  it('keeps the last byte of a cookie that ends with à (RFC 9110 §5.6.3)', () => {
    const facts = { ...aRequest(), headers: new HeaderList(['Cookie', 'a=Ã\u00a0 ; b=1']) };

    assert.deepEqual(gatherLowerCase(facts, '0').cookies, ['a=Ã\u00a0', 'b=1']);
  });
});

describe('deviceOf', () => {
  for (const [agent, kinds] of [
    ['Mozilla/5.0 (X11; Linux x86_64) Chrome/120', ['isDesktop']],
    ['', ['isDesktop']],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148', ['isIos', 'isMobile']],
    ['Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile Safari', ['isAndroid', 'isMobile']],
    ['Mozilla/5.0 (Linux; Android 14; SM-X700) Safari', ['isAndroid', 'isMobile', 'isTablet']],
    ['Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X)', ['isIos', 'isMobile', 'isTablet']],
    ['Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0)', ['isSmartTv']],
  ] as const)
    it(`recognizes ${kinds.join(', ')} by ${agent}`, () => {
      const found = Object.entries(deviceOf(agent)).flatMap(([kind, is]) => (is ? [kind] : []));

      assert.deepEqual(found, kinds);
    });
});
