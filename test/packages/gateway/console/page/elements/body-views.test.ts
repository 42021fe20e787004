import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { viewsOf } from '../../../../../../packages/gateway/console/page/elements/body-views.ts';

const text = (of: string) => ({ form: 'text', text: of }) as const;
const binary = (of: Buffer) => ({ form: 'binary', text: of.toString('base64') }) as const;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]);

describe('viewsOf a body', () => {
  it('reads the fields of a form', () => {
    const [view] = viewsOf(text('a=1&b=x+y%C3%A9'), 'application/x-www-form-urlencoded; charset=utf-8');

    assert.deepEqual(view, {
      kind: 'fields',
      fields: [
        ['a', '1'],
        ['b', 'x yé'],
      ],
    });
  });

  // RFC 7578
  it('reads the parts of a form', () => {
    const body = [
      'preamble',
      '--b+1',
      'Content-Disposition: form-data; name="note"',
      '',
      'two\r\nlines',
      '--b+1',
      'Content-Disposition: form-data; name="file"; filename="a.txt"',
      'Content-Type: text/plain',
      '',
      'hi',
      '--b+1--',
      '',
    ].join('\r\n');

    const [view] = viewsOf(text(body), 'multipart/form-data; boundary="b+1"');

    assert.deepEqual(view, {
      kind: 'parts',
      parts: [
        {
          name: 'note',
          fileName: undefined,
          type: undefined,
          bytes: 10,
          text: 'two\r\nlines',
          picture: undefined,
        },
        { name: 'file', fileName: 'a.txt', type: 'text/plain', bytes: 2, text: 'hi', picture: undefined },
      ],
    });
  });

  it('shows a part that is a picture, and no text of a body in which no secrets were looked for', () => {
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n'),
      Buffer.from('--b\r\nContent-Disposition: form-data; name="p"\r\nContent-Type: image/png\r\n\r\n'),
      PNG,
      Buffer.from('\r\n--b--\r\n'),
    ]);

    const [view] = viewsOf(binary(body), 'multipart/form-data; boundary=b');

    assert.ok(view?.kind === 'parts');
    assert.deepEqual(
      view.parts.map(({ text: shown, bytes }) => [shown, bytes]),
      [
        [undefined, 7],
        [undefined, 5],
      ],
    );
    assert.equal(view.parts[1]?.picture, `data:image/png;base64,${PNG.toString('base64')}`);
  });

  it('shows a picture, and its bytes', () => {
    const views = viewsOf(binary(PNG), 'image/png');

    assert.deepEqual(views, [
      { kind: 'picture', url: `data:image/png;base64,${PNG.toString('base64')}` },
      {
        kind: 'hex',
        text: `00000000  89 50 4e 47 ff${' '.repeat(33)}  |.PNG.|`,
      },
      { kind: 'text' },
    ]);
  });

  it('draws SVG from its text', () => {
    const [view] = viewsOf(text('<svg>é</svg>'), 'image/svg+xml');

    assert.deepEqual(view, {
      kind: 'picture',
      url: `data:image/svg+xml;base64,${Buffer.from('<svg>é</svg>').toString('base64')}`,
    });
  });

  // https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
  it('takes a stream apart into its events', () => {
    const [view] = viewsOf(
      text(': a comment\n\ndata: one\ndata: more\n\nevent: add\nid: 7\ndata:two\n\n'),
      'text/event-stream',
    );

    assert.deepEqual(view, {
      kind: 'events',
      events: [
        { event: 'message', id: undefined, data: 'one\nmore', atMs: undefined },
        { event: 'add', id: '7', data: 'two', atMs: undefined },
      ],
    });
  });

  it('shows when the last piece of a streamed reply was sent', () => {
    const sent = ['data: one\n\ndata:', ' two\r\n', '\r\ndata: three'];
    const pieces = sent.map((piece, index) => ({ atMs: 10 * (index + 1), bytes: piece.length, text: piece }));

    const views = viewsOf({ ...text(sent.join('')), pieces }, 'text/event-stream');

    const [view] = views;
    assert.ok(view?.kind === 'events');
    assert.deepEqual(
      view.events.map(({ data, atMs }) => [data, atMs]),
      [
        ['one', 10],
        ['two', 20],
        ['three', 30],
      ],
    );
    assert.deepEqual(
      views.map(({ kind }) => kind),
      ['events', 'pieces', 'text'],
    );
  });

  it('has nothing but the text of anything else', () => {
    assert.deepEqual(viewsOf(text('hi'), undefined), [{ kind: 'text' }]);
    assert.deepEqual(viewsOf(text('hi'), 'text/html'), [{ kind: 'text' }]);
  });

  it('shows 4 KB of bytes at most', () => {
    const [view] = viewsOf(binary(Buffer.alloc(5_000, 255)), 'application/octet-stream');

    assert.ok(view?.kind === 'hex');
    assert.match(view.text, /… 904 more bytes$/);
  });

  it('never fails, and has the text last', () => {
    const types = [
      'multipart/form-data; boundary=b',
      'multipart/form-data; boundary="("',
      'application/x-www-form-urlencoded',
      'text/event-stream',
      'image/png',
      'image/svg+xml',
    ];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((part) => `--b\r\n${part}`),
        ),
        fc.constantFrom(...types),
        fc.boolean(),
        (body, type, isBinary) => {
          const views = viewsOf(isBinary ? binary(Buffer.from(body)) : text(body), type);

          assert.deepEqual(views.at(-1), { kind: 'text' });
        },
      ),
    );
  });
});
