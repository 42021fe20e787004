import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  areSameLines,
  HeaderList,
  lastHeader,
} from '../../../../../packages/gateway/core/events/header-list.ts';

const LINES = ['Host', 'a.test', 'X-Many', '1', 'x-many', '2', 'Accept', '*/*'];

describe('HeaderList', () => {
  it('finds a header in any spelling, and of several the last', () => {
    const headers = new HeaderList(LINES);

    assert.equal(headers.last('host'), 'a.test');
    assert.equal(headers.last('x-many'), '2');
    assert.equal(headers.last('x-none'), undefined);
  });

  it('has all values of a header in order', () => {
    assert.deepEqual(new HeaderList(LINES).all('x-many'), ['1', '2']);
    assert.deepEqual(new HeaderList(LINES).all('x-none'), []);
  });

  it('visits every line in order, with its name in both spellings', () => {
    const seen: string[] = [];

    new HeaderList(LINES).each((lower, name, value) => seen.push(`${lower} ${name} ${value}`));

    assert.deepEqual(seen, ['host Host a.test', 'x-many X-Many 1', 'x-many x-many 2', 'accept Accept */*']);
  });

  it('passes over a name without a value, which no request has', () => {
    const headers = new HeaderList(['Host', 'a.test', 'Torn']);

    assert.equal(headers.last('torn'), undefined);
    assert.deepEqual(headers.all('torn'), []);
  });

  it('finds what a search of the lines finds', () => {
    const name = fc.constantFrom('A', 'a', 'B', 'Content-Type', 'content-type', 'İ');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), name, (pairs, asked) => {
        const lines = pairs.flat();
        assert.equal(
          new HeaderList(lines).last(asked.toLowerCase()),
          pairs.findLast(([one]) => one.toLowerCase() === asked.toLowerCase())?.[1],
        );
      }),
    );
  });
});

describe('lastHeader', () => {
  it('looks through a list that may still change', () => {
    const lines = [...LINES];
    assert.equal(lastHeader(lines, 'vary'), undefined);

    lines.push('Vary', 'Origin');

    assert.equal(lastHeader(lines, 'vary'), 'Origin');
  });
});

// What a connection sent before is used again if the lines are the same: a differing line would belong to somebody
// else.
describe('the headers of two requests', () => {
  const lines = fc.array(fc.constantFrom<string>('Host', 'host', 'a.test', 'b.test', ''), { maxLength: 6 });

  it('are the same if no line differs, not even the first, the last, or by case', () => {
    fc.assert(
      fc.property(lines, lines, (one, other) => {
        assert.equal(areSameLines(one, other), JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it('are not the same if any one line differs', () => {
    fc.assert(
      fc.property(lines, fc.nat(), (one, at) => {
        fc.pre(one.length > 0);
        const other = one.with(at % one.length, 'another');

        assert.equal(areSameLines(one, other), false);
        assert.equal(areSameLines(one, [...one]), true);
      }),
    );
  });
});
