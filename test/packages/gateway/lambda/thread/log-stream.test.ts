import assert from 'node:assert/strict';
import { it } from 'node:test';

import { makeLogStream } from '../../../../../packages/gateway/lambda/thread/log-stream.ts';

// Lambda developer guide, "Viewing CloudWatch logs": `2023/01/01/[$LATEST]4b6de1e9a8a0446fb4d9d8f4a2b1c3d4`.
it('the log stream of an instance has the day, the version and 32 hexadecimal digits of its own', (test) => {
  test.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 9, 23, 59) });
  const [one, other] = [makeLogStream(), makeLogStream()];

  assert.match(one, /^2026\/01\/09\/\[\$LATEST\][0-9a-f]{32}$/);
  assert.notEqual(one, other);
});
