/** GET /orders/{id}: shows an order to its owner, and returns 404 to anyone else. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

const table = DynamoDBDocumentClient.from(new DynamoDBClient());

export async function handler(
  event: APIGatewayProxyEventV2WithJWTAuthorizer,
): Promise<APIGatewayProxyStructuredResultV2> {
  const Key = { id: event.pathParameters?.['id'] };
  const { Item } = await table.send(new GetCommand({ TableName: process.env['ORDERS_TABLE'], Key }));
  const isOwn = Item?.['customer'] === event.requestContext.authorizer.jwt.claims['sub'];
  return {
    statusCode: isOwn ? 200 : 404,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(isOwn ? Item : { message: 'There is no such order' }),
  };
}
