/**
 * The response headers policies that AWS manages, by id and by name (developer guide:
 * using-managed-response-headers-policies).
 */
import { ALL_METHODS } from './distribution.ts';
import type { CorsPolicy, ResponseHeadersPolicy, SetHeader } from './distribution.ts';

const SIMPLE_CORS: CorsPolicy = {
  allowsCredentials: false,
  allowHeaders: [],
  allowMethods: [],
  allowOrigins: ['*'],
  exposeHeaders: [],
  maxAgeSeconds: undefined,
  overrides: false,
};
const PREFLIGHT_CORS: CorsPolicy = {
  ...SIMPLE_CORS,
  allowMethods: ALL_METHODS,
  exposeHeaders: ['*'],
};
const SECURITY: readonly SetHeader[] = [
  { name: 'Referrer-Policy', value: 'strict-origin-when-cross-origin', overrides: false },
  { name: 'Strict-Transport-Security', value: 'max-age=31536000', overrides: false },
  { name: 'X-Content-Type-Options', value: 'nosniff', overrides: true },
  { name: 'X-Frame-Options', value: 'SAMEORIGIN', overrides: false },
  { name: 'X-XSS-Protection', value: '1; mode=block', overrides: false },
];

const responsePolicy = (
  id: string,
  name: string,
  cors: CorsPolicy | undefined,
  headers: readonly SetHeader[],
): readonly [string, ResponseHeadersPolicy] => [id, { name, cors, headers, removes: [] }];

export const MANAGED_RESPONSE_POLICIES: ReadonlyMap<string, ResponseHeadersPolicy> = new Map([
  responsePolicy('60669652-455b-4ae9-85a4-c4c02393f86c', 'SimpleCORS', SIMPLE_CORS, []),
  responsePolicy('5cc3b908-e619-4b99-88e5-2cf7f45965bd', 'CORS-With-Preflight', PREFLIGHT_CORS, []),
  responsePolicy(
    'e61eb60c-9c35-4d20-a928-2b84e02af89c',
    'CORS-and-SecurityHeadersPolicy',
    SIMPLE_CORS,
    SECURITY,
  ),
  responsePolicy(
    'eaab4381-ed33-4a86-88ca-d9558dc6cd63',
    'CORS-with-preflight-and-SecurityHeadersPolicy',
    PREFLIGHT_CORS,
    SECURITY,
  ),
  responsePolicy('67f7725c-6f97-4210-82d7-5512b31e9d03', 'SecurityHeadersPolicy', undefined, SECURITY),
]);
