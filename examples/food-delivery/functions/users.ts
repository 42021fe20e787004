/** REST API: who orders and who delivers. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { json } from './reply.ts';
import type { Reply } from './reply.ts';

const USERS = [
  { id: 'u-1', name: 'Amina', role: 'customer' },
  { id: 'u-2', name: 'Bruno', role: 'customer' },
  { id: 'u-3', name: 'Chen', role: 'courier' },
];

export async function list(): Promise<Reply> {
  return json(200, { users: USERS });
}

export async function get(event: APIGatewayProxyEvent): Promise<Reply> {
  const user = USERS.find(({ id }) => id === event.pathParameters?.['id']);
  return user === undefined ? json(404, { message: 'no such user' }) : json(200, user);
}
