/** Names that SDKs make of the gateway's address for some operations, such as `data-127.0.0.1`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { thisMachine } from '../../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../../../packages/gateway/lambda/process/machine.ts';
import { aFolder, aFolderFunction, returned, startRuntime } from '../../start-runtime.ts';

const PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;

const HANDLER = `
import socket

def handler(event, context):
    return [address_of(name) for name in ("sync-127.0.0.1", "data-127.0.0.1", "data-127.0.0.1.example.invalid")]

def address_of(name):
    try:
        return socket.getaddrinfo(name, 4000)[0][4]
    except OSError:
        return None
`;

describe('a Python function', { skip: PYTHON }, () => {
  it('finds the gateway by its address with the prefix of an operation', async () => {
    const folder = aFolder({ 'app.py': HANDLER });
    const definition = aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.12' });
    const { invoke } = await startRuntime([definition], { controlUrl: () => 'http://127.0.0.1:4000' });

    assert.deepEqual(returned(await invoke('f')), [['127.0.0.1', 4000], ['127.0.0.1', 4000], null]);
  });
});
