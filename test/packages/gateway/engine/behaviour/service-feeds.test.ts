import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Measurement } from '../../../../../packages/gateway/core/ports.ts';
import type { LogLine, ServiceEntry } from '../../../../../packages/gateway/kernel/service.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';

/** Writes down what is logged and counted, as long as a stack has an `AWS::Monks::Scribe`. */
function monks(lines: LogLine[], metrics: Measurement[]): ServiceEntry {
  return {
    name: 'monks',
    types: { 'AWS::Monks::Scribe': { enforced: [] } },
    load: () =>
      Promise.resolve({
        open(ports) {
          const ends = [
            ports.lines.follow((line) => lines.push(line)),
            ports.metrics.follow((one) => metrics.push(one)),
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

function valueOf(measurement: Measurement | undefined, wanted: string): number | undefined {
  const at = measurement?.subject.metrics.findIndex(([name]) => name === wanted) ?? -1;
  return measurement?.values[at];
}

describe('a service that follows lines and metrics', () => {
  const lines: LogLine[] = [];
  const metrics: Measurement[] = [];
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

  it('gets one measurement per request, even if none are written to a file', () => {
    const ofRequests = metrics.filter(({ subject }) => subject.namespace === 'AWS/ApiGateway');

    assert.equal(ofRequests.length, 1);
    assert.deepEqual(
      [valueOf(ofRequests[0], 'Count'), ofRequests[0]?.subject.dimensions['Stage']],
      [1, '$default'],
    );
  });

  it("gets one of Lambda's measurements per invocation", () => {
    const [one, ...others] = metrics.filter(({ subject }) => subject.namespace === 'AWS/Lambda');

    assert.deepEqual(others, []);
    const counts = ['Invocations', 'Errors', 'Throttles', 'ConcurrentExecutions'];
    assert.deepEqual(
      counts.map((name) => valueOf(one, name)),
      [1, 0, 0, 1],
    );
    assert.ok(Number(valueOf(one, 'Duration')) >= 0);
    assert.equal(typeof one?.subject.dimensions['FunctionName'], 'string');
  });
});
