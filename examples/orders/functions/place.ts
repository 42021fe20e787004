/** PUT /orders/{id}: the client chooses the id, so that a repeated request creates only one order. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

const sqs = new SQSClient();
const ID = /^[\w-]{8,64}$/;

export async function handler(
  event: APIGatewayProxyEventV2WithJWTAuthorizer,
): Promise<APIGatewayProxyStructuredResultV2> {
  const id = event.pathParameters?.['id'] ?? '';
  const dish = readDish(event.body);
  if (!ID.test(id) || dish === undefined)
    return reply(400, { message: 'The request must be PUT /orders/{id} with the body {"dish": "NAME"}' });
  const { sub: customer } = event.requestContext.authorizer.jwt.claims;
  const order = { id, dish, customer };
  await sqs.send(
    new SendMessageCommand({ QueueUrl: process.env['ORDERS_QUEUE'], MessageBody: JSON.stringify(order) }),
  );
  return reply(202, { id });
}

function readDish(body: string | undefined): string | undefined {
  try {
    const value: unknown = JSON.parse(body ?? '');
    const dish: unknown = typeof value === 'object' && value !== null && Reflect.get(value, 'dish');
    return typeof dish === 'string' ? dish : undefined;
  } catch {
    return undefined;
  }
}

function reply(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
