import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainStorageFault, storageFaultOf } from '../../../../packages/gateway/dynamodb/storage-fault.ts';

describe('what LevelDB says about its folder', () => {
  for (const { code, says } of [
    {
      code: 'LEVEL_LOCKED',
      says: /^\/data is in use by another gatewright; stop it or choose another --data$/,
    },
    { code: 'LEVEL_CORRUPTION', says: /^\/data is damaged \(why\); restore a copy, or delete the folder/ },
    {
      code: 'LEVEL_IO_ERROR',
      says: /^\/data cannot be read or written \(why\); check free disk space/,
    },
  ])
    it(`names the folder and what to do: ${code}`, () => {
      assert.match(explainStorageFault(code, 'why', '/data') ?? '', says);
      assert.match(explainStorageFault(code, 'why', undefined) ?? '', /^the data directory /);
    });

  it('is nothing if the folder is not the matter', () => {
    assert.equal(explainStorageFault('EADDRINUSE', 'why', '/data'), undefined);
  });

  it('is read out of the cause, if LevelDB puts it', () => {
    const io = Object.assign(new Error('IO error: no space left'), { code: 'LEVEL_IO_ERROR' });
    const open = Object.assign(new Error('Database is not open'), { code: 'LEVEL_DATABASE_NOT_OPEN' });

    assert.deepEqual(storageFaultOf(Object.assign(open, { cause: io })), {
      code: 'LEVEL_IO_ERROR',
      message: 'IO error: no space left',
    });
    assert.deepEqual(storageFaultOf(io), { code: 'LEVEL_IO_ERROR', message: 'IO error: no space left' });
    assert.deepEqual(storageFaultOf(new Error('x')), { code: 'UNKNOWN', message: 'x' });
    assert.deepEqual(storageFaultOf('x'), { code: 'UNKNOWN', message: 'x' });
  });
});
