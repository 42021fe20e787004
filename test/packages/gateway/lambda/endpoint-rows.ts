/** Addresses and services of signed calls that are refused, for functions of all languages. */
type Row = readonly [isReported: boolean, address: string, service?: string];

export const REFUSED_ROWS: readonly Row[] = [
  [true, 'http://localhost:1'],
  [true, 'http://127.0.0.1:1'],
  [true, 'http://[::1]:1'],
  [true, 'http://dynamodb-local:1'],
  [true, 'http://localhost:1', 's3'],
  // The gateway does not serve these, or the function's own code does.
  [false, 'http://localhost:1', 'execute-api'],
  [false, 'http://localhost:1', 'es'],
  [false, 'http://localhost:1', 'iotdata'],
  [false, 'http://localhost:1', 'bedrock'],
  // Without a network, calls to AWS and to other hosts fail as well.
  [false, 'http://tables.example.invalid:1'],
];

export const signatureFor = (service = 'dynamodb'): string =>
  `AWS4-HMAC-SHA256 Credential=any/20261201/localhost/${service}/aws4_request, SignedHeaders=host`;

/** Variables that a function's own environment sets, for calls to `http://localhost:1` and `http://localhost`. */
export const OWN_ROWS = [
  {
    name: 'is the value of a variable of the SDK',
    environment: { AWS_ENDPOINT_URL_S3: 'http://localhost:1/' },
    address: 'http://localhost:1',
    says: /^calls s3 at http:\/\/localhost:1 \(the value of AWS_ENDPOINT_URL_S3\), where nothing listens\. .* sets AWS_ENDPOINT_URL_S3, .*\. Remove this variable: /,
  },
  {
    name: 'is the value of the variable of the SDK for all services',
    environment: { AWS_ENDPOINT_URL: 'http://localhost:1' },
    address: 'http://localhost:1',
    says: /^calls s3 at http:\/\/localhost:1 \(the value of AWS_ENDPOINT_URL\), .* Remove this variable: /,
  },
  {
    name: 'is not the one that a variable of the SDK has',
    environment: { AWS_ENDPOINT_URL: 'http://localhost:2' },
    address: 'http://localhost:1',
    says: /^$/,
  },
  {
    name: 'has another port than a variable that begins with it',
    environment: { TABLES: 'http://localhost:12' },
    address: 'http://localhost:1',
    says: /^calls s3 at http:\/\/localhost:1, where/,
  },
] as const;
