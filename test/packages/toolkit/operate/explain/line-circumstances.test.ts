import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainLine } from '../../../../../packages/toolkit/operate/explain/explain-line.ts';
import { gatherFacts, readSince } from '../../../../../packages/toolkit/operate/explain/explain-api.ts';
import { readLogLine, recommendedFormat } from '../../../../../packages/toolkit/operate/explain/log-line.ts';
import { aWebSocketApiToAttach } from '../../../../support/an-api-to-attach.ts';

describe('a line of a WebSocket API', () => {
  const format = recommendedFormat('websocket');
  const CONNECT = { eventType: 'CONNECT', routeKey: '$connect' };
  const MESSAGE = { eventType: 'MESSAGE', routeKey: 'track', connectionId: 'L0SM9cOFvHcCIhw=' };
  const cases: readonly {
    readonly what: Readonly<Record<string, string>>;
    readonly phase: string;
    readonly headline: RegExp;
    readonly says: RegExp;
  }[] = [
    {
      what: { ...CONNECT, status: '401', 'error.responseType': 'UNAUTHORIZED' },
      phase: 'authenticate',
      headline: /^The handshake on stage prod was refused with 401/,
      says: /Either the request had no credential .* or the function threw Unauthorized/,
    },
    {
      what: { ...CONNECT, status: '403', 'error.responseType': 'ACCESS_DENIED' },
      phase: 'authorize',
      headline: /^The handshake on stage prod was refused with 403/,
      says: /by these rules: staff: allow if role admin/,
    },
    {
      what: { ...CONNECT, status: '500', 'authorizer.error': 'out of memory' },
      phase: 'authenticate',
      headline: /failed with 500/,
      says: /The authorizer failed, so the request is denied: out of memory/,
    },
    {
      what: { ...CONNECT, status: '502', 'integration.error': 'customer function error: no table' },
      phase: 'integrate',
      headline: /^The handshake on stage prod failed with 502/,
      says: /Function list failed with an error: no table/,
    },
    {
      what: { eventType: 'MESSAGE', status: '403', 'error.message': 'Forbidden' },
      phase: 'match',
      headline: /^The message without a route was refused with 403/,
      says: /The route selection expression yielded no known route key .* and there is no \$default/,
    },
    {
      what: { ...MESSAGE, status: '500', 'integration.error': 'customer function error: no table' },
      phase: 'integrate',
      headline: /^The message for track failed with 500/,
      says: /Function list failed with an error: no table/,
    },
    {
      what: { ...MESSAGE, status: '429', 'error.message': 'Too Many Requests' },
      phase: 'meter',
      headline: /^The message for track was refused with 429/,
      says: /throttle of track on stage prod was exceeded: burst limit 5, rate limit 2 per second/,
    },
    {
      what: { ...MESSAGE, status: '200', 'integration.status': '410' },
      phase: 'map-response',
      headline: /^The message for track/,
      says: /@connections returns 410 \(GoneException\) for a connection that has ended/,
    },
    {
      what: { ...MESSAGE, status: '500', 'integration.error': 'GoneException: 410' },
      phase: 'integrate',
      headline: /^The message for track failed with 500/,
      says: /Delete the connection id in that case/,
    },
    {
      what: { eventType: 'DISCONNECT', routeKey: '$disconnect', status: '500', 'integration.error': 'boom' },
      phase: 'integrate',
      headline: /^The end of the connection/,
      says: /boom/,
    },
  ];
  it('is described as the handshake, message or end that it is', async () => {
    await using api = await aWebSocketApiToAttach();
    const { plan } = await api.plan();
    await api.apply(plan);
    const { live: found } = await api.plan();
    const defaultRouteSettings = { throttlingRateLimit: 2, throttlingBurstLimit: 5 };
    const live = { ...found, stageShown: { ...found.stageShown, defaultRouteSettings } };
    for (const { what, phase, headline, says } of cases) {
      const line = format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => what[name] ?? '-');
      const fields = readLogLine(format, line);
      assert.ok(fields !== undefined);

      const story = explainLine(
        await gatherFacts(api.plane, live, fields),
        format,
        await readSince(api.plane, live),
        api.document,
        undefined,
        0,
      );

      assert.equal(story.phase, phase, line);
      assert.match(story.headline, headline, line);
      assert.match(story.sentences.join(' '), says, line);
      assert.deepEqual(story.missing, []);
    }
  });
});
