import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import {
  DRAWN_EVERY_MS,
  drawSeldom,
} from '../../../../../../packages/gateway/console/page/traffic/draw-seldom.ts';

describe('drawSeldom', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  function drawn() {
    const shown: { rows: string; state: number | undefined }[] = [];
    let rows = '';
    const { later, stopDrawing } = drawSeldom<string, number>((change, state) => {
      rows = change(rows);
      shown.push({ rows, state });
    });
    return { shown, later, stopDrawing };
  }

  it('draws everything that arrived within a quarter of a second at once, in order, with the last state', () => {
    const { shown, later } = drawn();

    for (let at = 0; at < 10; at += 1) {
      later((rows) => `${rows}${at}`, at);
      mock.timers.tick(DRAWN_EVERY_MS / 10);
    }
    assert.deepEqual(shown, [{ rows: '0123456789', state: 9 }]);

    later((rows) => `${rows}!`);
    mock.timers.tick(DRAWN_EVERY_MS);
    assert.deepEqual(shown[1], { rows: '0123456789!', state: undefined });
  });

  it('draws at most four times a second', () => {
    const { shown, later } = drawn();

    for (let ms = 0; ms < 1000; ms += 1) {
      later((rows) => rows);
      mock.timers.tick(1);
    }
    assert.ok(shown.length <= 4, `${shown.length}`);
  });

  it('draws nothing once it is stopped', () => {
    const { shown, later, stopDrawing } = drawn();
    later((rows) => rows);

    stopDrawing();
    mock.timers.tick(10 * DRAWN_EVERY_MS);

    assert.deepEqual(shown, []);
  });
});
