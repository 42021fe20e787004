/**
 * `TimeoutInMillis` of an integration, by kind of API (docs/aws §13). AWS shows the default if none is set. Regional
 * and private REST APIs may have a higher maximum than 29 s (June 2024).
 */
export const INTEGRATION_TIMEOUTS = {
  rest: { usual: 29_000, min: 50, max: 300_000 },
  http: { usual: 30_000, min: 50, max: 30_000 },
  websocket: { usual: 29_000, min: 50, max: 29_000 },
} as const;
