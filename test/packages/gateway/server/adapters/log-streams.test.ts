import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { createStreamSink } from '../../../../../packages/gateway/server/adapters/log-streams.ts';

describe('createStreamSink', () => {
  it('writes the lines of one loop turn at once', async () => {
    const writes: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        writes.push(chunk.toString());
        done();
      },
    });
    const sink = createStreamSink(stream);

    sink.write('one');
    sink.write('two');
    assert.deepEqual(writes, []);
    await new Promise(setImmediate);

    assert.deepEqual(writes, ['one\ntwo\n']);
  });

  it('writes the rest when it is closed', async () => {
    const stream = new PassThrough();
    stream.setEncoding('utf8');
    const sink = createStreamSink(stream);
    sink.write('last words');
    const closing = sink.close();
    assert.equal(stream.read(), 'last words\n');
    await closing;
  });

  it('drops lines while no reader takes them, and then says how many', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    stream.setEncoding('utf8');
    const sink = createStreamSink(stream);
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 40; count += 1) {
      sink.write(megabyte);
      sink.flush();
    }
    const seen: string[] = [];
    stream.on('data', (text: string) => seen.push(text));
    await new Promise((resolve) => stream.once('drain', resolve));
    sink.write('back');
    sink.flush();
    await new Promise(setImmediate);

    const text = seen.join('');
    assert.ok(text.length < 20 * 1024 * 1024, `${text.length} characters kept`);
    assert.match(text, /\n\d\d log lines dropped: output was blocked\nback\n$/);
  });

  it('goes quiet when the reader is gone', async (context) => {
    const written: string[] = [];
    const stream = new Writable({
      emitClose: true,
      write(chunk, _encoding, done) {
        written.push(String(chunk));
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const sink = createStreamSink(stream);
    sink.write('nobody hears this');
    await new Promise((resolve) => stream.once('close', resolve));
    const { mock } = context.mock.method(stream, 'write');
    sink.write('nor this');
    sink.flush();
    await sink.close();

    assert.deepEqual([written, mock.callCount()], [['nobody hears this\n'], 0]);
  });

  it('takes no line once it is closed', async (context) => {
    const stream = new PassThrough();
    const sink = createStreamSink(stream);
    await sink.close();
    const { mock } = context.mock.method(stream, 'write');
    sink.write('too late');
    sink.flush();

    assert.equal(mock.callCount(), 0);
  });
});
