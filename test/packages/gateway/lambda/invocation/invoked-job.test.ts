import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anInlineFunction, returned, startRuntime } from '../start-runtime.ts';
import { adminIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { createLambdaInvoke } from '../../../../../packages/gateway/control/api/lambda/lambda-invoke.ts';
import { printLogLine } from '../../../../../packages/gateway/lambda/function-log-line.ts';
import { CountingRandom } from '../../../../support/virtual-ports.ts';
import type { FunctionLogLine } from '../../../../../packages/gateway/lambda/function-log-line.ts';
import type { ControlReply } from '../../../../../packages/gateway/core/api-call.ts';

const SOURCE = `exports.handler = async (event, context) => {
  console.log('seen', event.n);
  if (event.fail) throw new Error('no');
  return event.who ? [context.functionVersion, context.invokedFunctionArn] : (context.clientContext ?? 'none');
}`;

// Source: Lambda API reference, "Invoke": ClientContext, LogType, LogResult.
describe('an invocation by Lambda’s own API', () => {
  async function started() {
    const { runtime, invoke } = await startRuntime([anInlineFunction('told', SOURCE)], { maxInstances: 1 });
    const serve = createLambdaInvoke({
      invoker: runtime,
      random: new CountingRandom(),
      accountId: '123456789012',
      hasQualifier: () => true,
      versionOf: () => '7',
      accept: () => false,
    });
    const call = (headers: string[], body: string, query = ''): Promise<ControlReply> =>
      serve({
        request: {
          method: 'POST',
          path: '/2015-03-31/functions/told/invocations',
          query,
          rawHeaders: headers,
          body: Buffer.from(body),
          host: '127.0.0.1:4000',
        },
        caller: adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, '123456789012'),
        service: 'lambda',
        region: 'us-east-1',
      });
    return { invoke, call };
  }

  function logOf({ headers }: ControlReply): string | undefined {
    const at = headers.indexOf('X-Amz-Log-Result');
    return at === -1 ? undefined : Buffer.from(headers[at + 1] ?? '', 'base64').toString();
  }

  it('passes the handler its own client context, and no other event’s', async () => {
    const { call, invoke } = await started();
    const context = { custom: { a: '1' }, client: { app_title: 'x' } };
    const encoded = Buffer.from(JSON.stringify(context)).toString('base64');

    const reply = await call(['X-Amz-Client-Context', encoded], '{"n":1}');

    assert.deepEqual(JSON.parse(String(reply.body)), context);
    assert.equal(logOf(reply), undefined);
    assert.equal(returned(await invoke('told', { n: 2 })), 'none');
  });

  it('passes the handler the called version and alias', async () => {
    const { call } = await started();
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:told:live';

    const reply = await call(['X-Amz-Log-Type', 'Tail'], '{"who":true}', 'Qualifier=live');

    assert.deepEqual(JSON.parse(String(reply.body)), ['7', arn]);
    assert.match(logOf(reply) ?? '', /^START RequestId: \S+ Version: 7\n/);
  });

  it("returns the log of this event only, between Lambda's lines", async () => {
    const { call } = await started();
    await call(['X-Amz-Log-Type', 'Tail'], '{"n":1}');

    const log = logOf(await call(['X-Amz-Log-Type', 'Tail'], '{"n":2}')) ?? '';

    const [start, line, end, report] = log.split('\n');
    const id = /^START RequestId: ([0-9a-f-]{36}) Version: \$LATEST$/.exec(start ?? '')?.[1] ?? '';
    assert.match(line ?? '', new RegExp(`^\\S+Z\\t${id}\\tINFO\\tseen 2$`));
    assert.equal(end, `END RequestId: ${id}`);
    assert.match(
      report ?? '',
      new RegExp(`^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\t$`),
    );
  });

  it('returns the log of a function that fails', async () => {
    const { call } = await started();

    const reply = await call(['X-Amz-Log-Type', 'Tail'], '{"n":1,"fail":true}');

    assert.ok(reply.headers.includes('X-Amz-Function-Error'));
    assert.match(logOf(reply) ?? '', /ERROR\tInvoke Error/);
  });

  it('keeps the last 4 KB', async () => {
    const { LogTail } = await import('../../../../../packages/gateway/control/api/lambda/invoke-headers.ts');
    const tail = new LogTail();
    for (let line = 0; line < 1_000; line += 1) tail.add(`line ${line} ${'é'.repeat(20)}`);

    const log = Buffer.from(tail.print({ requestId: 'id', tookMs: 1.2 }), 'base64');

    assert.equal(log.length, 4096);
    assert.match(
      log.toString(),
      /line 999 é+\nEND RequestId: id\nREPORT RequestId: id\tDuration: 1\.20 ms\tBilled Duration: 2 ms\t\n$/,
    );
  });
});

describe('printLogLine', () => {
  const line: Omit<FunctionLogLine, 'requestId'> = {
    functionName: 'f',
    epochMs: 0,
    message: 'no module',
    level: 'ERROR',
    stream: 'stderr',
  };

  it('omits the id if the module is loaded without a request', () => {
    assert.equal(
      printLogLine({ ...line, requestId: undefined }),
      '1970-01-01T00:00:00.000Z\tERROR\tno module',
    );
    assert.equal(
      printLogLine({ ...line, requestId: 'r-1' }),
      '1970-01-01T00:00:00.000Z\tr-1\tERROR\tno module',
    );
  });
});
