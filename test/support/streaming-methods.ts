/** Integrations of transfer mode STREAM. */
import { functionArn } from './a-stack.ts';

const STREAM_URI = `arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/${functionArn('chat')}/response-streaming-invocations`;
/** The function `chat`. */
export const LAMBDA = {
  Type: 'AWS_PROXY',
  IntegrationHttpMethod: 'POST',
  Uri: STREAM_URI,
  ResponseTransferMode: 'STREAM',
};
export const BACKEND = {
  Type: 'HTTP_PROXY',
  IntegrationHttpMethod: 'GET',
  Uri: 'https://pets.example/feed',
  ResponseTransferMode: 'STREAM',
};
