import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawPlots } from '../../../../lab/bench/growth/plot.ts';

const PLOT = {
  title: 'start, ms',
  pairs: [
    [10, 100],
    [100, 200],
    [1_000, 900],
  ],
} as const;

describe('a picture of an axis', () => {
  const svg = drawPlots('Routes & <more>', 'routes', [PLOT, { ...PLOT, title: 'p99, ms' }]);
  const all = (pattern: RegExp): readonly string[] => [...svg.matchAll(pattern)].map(([, text = '']) => text);

  it('has a plot for each figure, with its title, its sizes and a dot for each size', () => {
    assert.deepEqual(all(/class="title"[^>]*>([^<]+)</g), ['start, ms', 'p99, ms']);
    assert.equal(all(/class="dot"()/g).length, 6);
    assert.equal(all(/>(routes)</g).length, 2);
  });

  it('has ticks with labels on both scales', () => {
    assert.deepEqual(
      new Set(all(/class="tick"[^>]*>([0-9.kM]+)</g)),
      new Set(['10', '100', '1k', '200', '500']),
    );
  });

  it('draws everything within itself', () => {
    const [, width = '', height = ''] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    assert.deepEqual([width, height], ['600', '220']);
    for (const point of all(/points="([^"]+)"/g).flatMap((points) => points.split(' '))) {
      const [x = -1, y = -1] = point.split(',').map(Number);
      assert.ok(x >= 0 && x <= 300 && y >= 0 && y <= 220, point);
    }
  });

  it('has colours for light and dark pages, and a background of its own', () => {
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.match(svg, /<rect class="page"/);
  });

  it('is named by its title, as text', () => {
    assert.match(svg, /aria-label="Routes &amp; &lt;more>"/);
  });

  it('omits a line with too few figures', () => {
    assert.equal(
      drawPlots('one', 'routes', [{ title: 'start', pairs: [[1, 1]] }]).includes('polyline'),
      false,
    );
  });
});
