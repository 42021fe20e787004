/** Only CloudWatch, with AWS's own client in front of it, without a socket. */
import { Readable } from 'node:stream';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { HttpResponse } from '@smithy/protocol-http';
import type { HttpRequest } from '@smithy/protocol-http';
import * as monitoring from '../../../../../packages/gateway/services/cloudwatch/service.ts';
import { anEventEngine, REGION } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';

type CloudWatchBench = EventBench<{ monitoring: typeof monitoring }>;

export function aClient(resources = '  None: { Type: AWS::CDK::Metadata }'): {
  readonly bench: CloudWatchBench;
  readonly client: CloudWatchClient;
} {
  const bench = anEventEngine({ monitoring }, { resources });
  return { bench, client: clientOf(bench) };
}

function clientOf(bench: CloudWatchBench): CloudWatchClient {
  return new CloudWatchClient({
    region: REGION,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: HttpRequest) {
        const outcome = await bench.send({
          service: 'monitoring',
          path: request.path,
          body: Buffer.from(request.body as Uint8Array),
          headers: Object.entries(request.headers).flat(),
        });
        if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
        const names = outcome.headers.filter((_, index) => index % 2 === 0);
        const headers = Object.fromEntries(
          names.map((name, index) => [name.toLowerCase(), outcome.headers[2 * index + 1] ?? '']),
        );
        return {
          response: new HttpResponse({
            statusCode: outcome.status,
            headers,
            body: Readable.from([outcome.body]),
          }),
        };
      },
    },
  });
}
