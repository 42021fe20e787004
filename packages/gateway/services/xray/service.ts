/**
 * Handles X-Ray calls for the segments of traced stages, and for segments that functions send through the X-Ray API.
 */
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { Answered, Service, ServicePorts } from '../../kernel/service.ts';
import { answerTraces } from './calls.ts';

export function open({ segments }: ServicePorts): Service {
  return {
    api: {
      async answer({ request }) {
        try {
          const result = await answerTraces(request, segments);
          return result === undefined ? undefined : print(200, result);
        } catch (error) {
          if (!(error instanceof OperationRefused)) throw error;
          return print(400, { Message: error.message }, ['x-amzn-ErrorType', error.code]);
        }
      },
    },
  };
}

function print(status: number, fields: object, more: readonly string[] = []): Answered {
  const headers = ['Content-Type', 'application/json', ...more];
  return { kind: 'answered', status, headers, body: Buffer.from(JSON.stringify(fields)) };
}
