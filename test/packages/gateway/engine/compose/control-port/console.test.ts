/** What of a start is recorded, as the program that started it wants it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withRecording } from '../../../../../../packages/gateway/engine/compose/control-port/console.ts';
import { aRecordedApi } from '../../../../../support/recorded-apis.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';

describe('withRecording', () => {
  it('records what comes while it is on, and nothing else', async () => {
    const api = aRecordedApi(restApi(), { list: ok });
    let isRecording = true;
    withRecording({ isRecording: () => isRecording }, api.ports);

    for (const target of ['/dev/pets?n=1', '/dev/pets?n=2', '/dev/pets?n=3']) {
      await api.send({ target });
      isRecording = !isRecording;
    }

    assert.deepEqual(
      api.records.rows().map(({ target }) => target),
      ['/dev/pets?n=3', '/dev/pets?n=1'],
    );
  });

  it('keeps of a request that was on its way when it was turned on what is known of it', async () => {
    let isRecording = false;
    const api = aRecordedApi(restApi(), {
      list: () => {
        isRecording = !isRecording;
        return { statusCode: 200 };
      },
    });
    withRecording({ isRecording: () => isRecording }, api.ports);

    await api.send({ target: '/dev/pets?from=off' });
    await api.send({ target: '/dev/pets?from=on' });

    const [only, ...others] = api.records.rows();
    assert.deepEqual([only?.target, only?.status, others], ['/dev/pets?from=off', 200, []]);
    assert.match(api.last().story.headline, /^GET \/pets was answered with 200/);
  });

  it('does not change the ports where no behaviour decides', () => {
    const at = { records: undefined };

    assert.equal(withRecording({}, at), at);
    assert.deepEqual(Object.keys(Object.getOwnPropertyDescriptor(at, 'records') ?? {}).toSorted(), [
      'configurable',
      'enumerable',
      'value',
      'writable',
    ]);
  });
});
