/**
 * Handles X-Ray calls for the segments of traced stages, and for segments that functions send through the X-Ray API.
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { Answered, Service, ServicePorts } from '../../kernel/service.ts';
import { TRACE_CALLS } from './calls.ts';

export function open({ segments }: ServicePorts): Service {
  return {
    api: {
      async answer({ request: { method, path, body } }) {
        const call = method === 'POST' && Object.hasOwn(TRACE_CALLS, path) ? TRACE_CALLS[path] : undefined;
        if (call === undefined) return undefined;
        try {
          const input = parseJsonObject(body?.toString() ?? '{}');
          if (input === undefined)
            throw new OperationRefused('InvalidRequestException', 'the body is not a JSON object');
          return print(200, await call(input, segments));
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
