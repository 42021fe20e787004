import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LogLine, ServiceEntry } from '../../../../packages/kernel/service.ts';
import { aGateway } from '../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../support/a-gateway.ts';
import { anHttpApiTemplate } from '../../../support/a-small-template.ts';

/** Writes down what is logged and counted, as long as a stack has an `AWS::Monks::Scribe`. */
function monks(lines: LogLine[], metrics: string[]): ServiceEntry {
  return {
    name: 'monks',
    types: { 'AWS::Monks::Scribe': { enforced: [] } },
    load: () =>
      Promise.resolve({
        open(ports) {
          const ends = [
            ports.lines.follow((line) => lines.push(line)),
            ports.metrics.follow((line) => metrics.push(line)),
          ];
          return {
            close() {
              for (const end of ends) end();
            },
          };
        },
      }),
  };
}

describe('a service that follows lines and metrics', () => {
  const lines: LogLine[] = [];
  const metrics: string[] = [];
  let started: StartedGateway;
  before(async () => {
    const source = "exports.handler = async () => { console.log('at work'); return { statusCode: 201 }; };";
    const { Resources } = anHttpApiTemplate(source, { Scribe: { Type: 'AWS::Monks::Scribe' } }) as {
      readonly Resources: object;
    };
    started = await aGateway(Resources, { moreServices: [monks(lines, metrics)] });
    await fetch(`${started.urlOf('http')}/`);
  });
  after(() => started.close());

  it('has what functions print, by their log group', () => {
    const printed = lines.filter(({ text }) => text.includes('at work'));

    assert.equal(printed.length, 1);
    assert.match(printed[0]?.group ?? '', /^\/aws\/lambda\/./);
  });

  it('has one line of metrics per request, though none are written to a file', () => {
    const ofRequests = metrics.filter((line) => line.includes('AWS/ApiGateway'));

    assert.equal(ofRequests.length, 1);
    const { Count, Stage } = JSON.parse(ofRequests[0] ?? '') as Record<string, unknown>;
    assert.deepEqual([Count, Stage], [1, '$default']);
  });

  it("has one line of Lambda's metrics per invocation", () => {
    const ofFunctions = metrics.filter((line) => line.includes('AWS/Lambda'));

    assert.equal(ofFunctions.length, 1);
    const { Invocations, Errors, Throttles, ConcurrentExecutions, Duration, FunctionName } = JSON.parse(
      ofFunctions[0] ?? '',
    ) as Record<string, unknown>;
    assert.deepEqual([Invocations, Errors, Throttles, ConcurrentExecutions], [1, 0, 0, 1]);
    assert.ok(typeof Duration === 'number' && Duration >= 0);
    assert.equal(typeof FunctionName, 'string');
  });
});
