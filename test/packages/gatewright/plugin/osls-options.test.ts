import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPairs } from '../../../../packages/gatewright/plugin/option-values.ts';
import { readStartOptions } from '../../../../packages/gatewright/plugin/osls-options.ts';

describe('readStartOptions', () => {
  it('has the default ports of `gatewright start`', () => {
    const settings = readStartOptions({});

    assert.deepEqual(settings, {
      host: '127.0.0.1',
      port: 3000,
      controlPort: 4000,
      allowHosts: [],
      record: 4000,
      reload: true,
      strict: false,
      tls: false,
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
    });
  });

  it('reads an account and refuses an invalid one', () => {
    assert.deepEqual(readStartOptions({ account: '210987654321' }).chosen, { accountId: '210987654321' });
    assert.throws(() => readStartOptions({ account: '12' }), /--account: "12". An account has 12 digits/);
  });

  it('reads what the command line says', () => {
    const settings = readStartOptions({
      port: '0',
      'control-port': '5000',
      host: '0.0.0.0',
      'allow-host': ['demo.example'],
      dynamodb: 'http://127.0.0.1:8000',
      reload: false,
      strict: true,
    });

    assert.deepEqual(
      [
        settings.port,
        settings.controlPort,
        settings.host,
        settings.allowHosts,
        settings.reload,
        settings.strict,
      ],
      [0, 5000, '0.0.0.0', ['demo.example'], false, true],
    );
    assert.equal(settings.dynamodb.kind, 'url');
  });

  it('reads a name, the prefix of tables and the number of records, and refuses an invalid number', () => {
    const { name, seed, record } = readStartOptions({ name: 'shop', seed: 'seeds', record: '0' });

    assert.deepEqual([name, seed, record], ['shop', 'seeds', 0]);
    assert.throws(() => readStartOptions({ record: 'all' }), /--record: "all"\. Write a number from 0/);
  });

  it('refuses an invalid port', () => {
    assert.throws(() => readStartOptions({ port: '-1' }), /--port: "-1"\. A port is a number/);
  });
});

describe('readPairs', () => {
  it('splits NAME=VALUE at the first equals sign', () => {
    assert.deepEqual(readPairs(['a=1', 'b=x=y', 'c=']), { a: '1', b: 'x=y', c: '' });
    assert.deepEqual(readPairs('a=1'), { a: '1' });
    assert.deepEqual(readPairs(undefined), {});
  });
});
