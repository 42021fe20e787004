/** What an SDK reads about a run's log groups. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';

const SOURCE = `exports.handler = async (event, context) => {
  console.log(JSON.stringify({ level: 'info', ms: 12 }));
  return { statusCode: 200, body: JSON.stringify({ group: context.logGroupName, stream: context.logStreamName }) };
};`;

describe('the logs of a run', () => {
  let started: StartedGateway;
  let logs: CloudWatchLogsClient;
  let said: { readonly group: string; readonly stream: string };
  before(async () => {
    const { Resources } = anHttpApiTemplate(SOURCE) as { readonly Resources: object };
    started = await aGateway(Resources);
    logs = new CloudWatchLogsClient({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      maxAttempts: 1,
    });
    said = (await (await fetch(`${started.urlOf('http')}/`)).json()) as typeof said;
  });
  after(() => started.close());

  it('have the lines of functions, by the group and stream that their context names', async () => {
    const { group: logGroupName, stream: logStreamName } = said;
    const filter = new FilterLogEventsCommand({ logGroupName, filterPattern: 'INFO' });
    const { events: found = [] } = await logs.send(filter);
    const { events: read = [] } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));

    assert.match(
      found[0]?.message ?? '',
      /^\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\tINFO\t\{"level":"info","ms":12\}$/,
    );
    assert.deepEqual(
      read.map(({ message }) => message),
      found.map(({ message }) => message),
    );
  });

  it('answer queries', async () => {
    const nowS = Math.floor(Date.now() / 1000);
    const time = { startTime: nowS - 600, endTime: nowS + 600 };
    const queryString = 'stats max(ms) as top by level';
    const { queryId } = await logs.send(
      new StartQueryCommand({ logGroupName: said.group, ...time, queryString }),
    );
    let answer = await logs.send(new GetQueryResultsCommand({ queryId }));
    while (answer.status === 'Running') answer = await logs.send(new GetQueryResultsCommand({ queryId }));

    assert.deepEqual(answer.results, [
      [
        { field: 'level', value: 'info' },
        { field: 'top', value: '12' },
      ],
    ]);
  });
});
