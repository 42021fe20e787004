import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toClosure } from '../../../../packages/gateway/server/client-socket.ts';

describe('toClosure', () => {
  // https://github.com/websockets/ws/blob/master/doc/ws.md#error-codes, with the codes of RFC 6455 §7.4.1
  for (const [code, expected] of [
    ['WS_ERR_EXPECTED_FIN', 1002],
    ['WS_ERR_EXPECTED_MASK', 1002],
    ['WS_ERR_INVALID_CLOSE_CODE', 1002],
    ['WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', 1002],
    ['WS_ERR_INVALID_OPCODE', 1002],
    ['WS_ERR_INVALID_UTF8', 1007],
    ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
    ['WS_ERR_UNEXPECTED_MASK', 1002],
    ['WS_ERR_UNEXPECTED_RSV_1', 1002],
    ['WS_ERR_UNEXPECTED_RSV_2_3', 1002],
    ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009],
    ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009],
    ['ECONNRESET', 1006],
    [undefined, 1006],
  ] as const)
    it(`ends a connection with ${expected} after ${code ?? 'an error without a code'}`, () => {
      const error = Object.assign(new Error('of the frame'), code !== undefined && { code });
      const closure = toClosure(error);
      assert.equal(closure.code, expected);
      if (expected === 1002 || expected === 1007 || expected === 1008)
        assert.equal(closure.reason, 'of the frame');
    });
});
