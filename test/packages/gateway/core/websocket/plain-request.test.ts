/** A plain HTTP request to a WebSocket API is refused as on AWS, and can be explained. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { storyOf } from '../../../../support/recorded-apis.ts';
import { anApi, OK } from './fixture.ts';
import { open, startApi } from './server.ts';
import type { RunningApi } from './server.ts';

describe('a plain request to a WebSocket API', () => {
  let running: RunningApi;
  let records: RequestRecords;
  before(async () => {
    running = await startApi(anApi({ $connect: { functionName: 'connect' } }), { connect: OK });
    records = new RequestRecords(10, running.at.clock, 'key of a test');
    Object.assign(running.at, { records });
  });
  after(() => running.close());

  it('is refused and recorded, with an explanation of how to connect (docs/aws §11.5)', async () => {
    const reply = await fetch(`http://${running.host}/dev`);

    assert.equal(reply.status, 403);
    const detail = records.detail('last') ?? assert.fail('nothing was recorded');
    assert.equal(detail.id, reply.headers.get('x-amzn-requestid'));
    assert.match(storyOf(detail), /GET \/ was a plain HTTP request, .* it was not a handshake/);
    assert.match(storyOf(detail), /→ Connect to \/dev with a WebSocket client/);
    assert.deepEqual(records.rows()[0]?.notes, ['no route']);
    await open(`ws://${running.host}/dev`);
  });

  it('at an unknown stage names the stages', async () => {
    await fetch(`http://${running.host}/nope`);

    assert.match(
      storyOf(records.detail('last') ?? assert.fail()),
      /The API has no stage "nope"\. .*\n→ Connect to \/dev\./,
    );
  });
});
