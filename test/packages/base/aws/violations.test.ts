import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inValidatorOrder } from '../../../../packages/base/aws/violations.ts';

const SNAPSHOTS = 'localstack/localstack tests/aws/services';

describe('the order of values in messages of validators', () => {
  const rows: { declared: string; printed: string; source: string }[] = [
    {
      declared: 'add remove replace move copy test',
      printed: 'add remove move test replace copy',
      source: `${SNAPSHOTS}/apigateway/test_apigateway_api.snapshot.json test_update_rest_api_concatenation_of_errors`,
    },
    {
      declared: 'OK ALARM INSUFFICIENT_DATA',
      printed: 'INSUFFICIENT_DATA ALARM OK',
      source: `${SNAPSHOTS}/cloudwatch/test_cloudwatch.snapshot.json test_set_alarm_invalid_input`,
    },
    {
      declared: 'TRIM_HORIZON LATEST AT_TIMESTAMP',
      printed: 'LATEST AT_TIMESTAMP TRIM_HORIZON',
      source: `${SNAPSHOTS}/lambda_/test_lambda_api.snapshot.json test_create_event_source_validation`,
    },
    {
      declared: 'json plain w3c raw parquet',
      printed: 'w3c raw json plain parquet',
      source: `${SNAPSHOTS}/logs/test_logs_delivery.snapshot.json test_put_delivery_destination_invalid_format`,
    },
    {
      declared: 'RUNNING SUCCEEDED FAILED TIMED_OUT ABORTED PENDING_REDRIVE',
      printed: 'SUCCEEDED TIMED_OUT PENDING_REDRIVE ABORTED FAILED RUNNING',
      source: `${SNAPSHOTS}/stepfunctions/v2/test_sfn_api.snapshot.json`,
    },
    {
      declared:
        'API AUTHORIZER MODEL RESOURCE METHOD PATH_PARAMETER QUERY_PARAMETER REQUEST_HEADER REQUEST_BODY RESPONSE RESPONSE_HEADER RESPONSE_BODY',
      printed:
        'RESPONSE_BODY RESPONSE METHOD MODEL AUTHORIZER RESPONSE_HEADER RESOURCE PATH_PARAMETER REQUEST_BODY QUERY_PARAMETER API REQUEST_HEADER',
      source: `${SNAPSHOTS}/apigateway/test_apigateway_api.snapshot.json test_invalid_create_documentation_part_operations`,
    },
    {
      declared:
        'DEFAULT_4XX DEFAULT_5XX RESOURCE_NOT_FOUND UNAUTHORIZED INVALID_API_KEY ACCESS_DENIED AUTHORIZER_FAILURE AUTHORIZER_CONFIGURATION_ERROR INVALID_SIGNATURE EXPIRED_TOKEN MISSING_AUTHENTICATION_TOKEN INTEGRATION_FAILURE INTEGRATION_TIMEOUT API_CONFIGURATION_ERROR UNSUPPORTED_MEDIA_TYPE BAD_REQUEST_PARAMETERS BAD_REQUEST_BODY REQUEST_TOO_LARGE THROTTLED QUOTA_EXCEEDED WAF_FILTERED',
      printed:
        'REQUEST_TOO_LARGE RESOURCE_NOT_FOUND AUTHORIZER_CONFIGURATION_ERROR MISSING_AUTHENTICATION_TOKEN BAD_REQUEST_BODY INVALID_SIGNATURE INVALID_API_KEY BAD_REQUEST_PARAMETERS AUTHORIZER_FAILURE UNAUTHORIZED INTEGRATION_TIMEOUT ACCESS_DENIED DEFAULT_4XX DEFAULT_5XX WAF_FILTERED QUOTA_EXCEEDED THROTTLED API_CONFIGURATION_ERROR UNSUPPORTED_MEDIA_TYPE INTEGRATION_FAILURE EXPIRED_TOKEN',
      source: `${SNAPSHOTS}/apigateway/test_apigateway_api.snapshot.json, four tests of gateway responses`,
    },
  ];
  for (const { declared, printed, source } of rows)
    it(`prints ${printed.slice(0, 50)} as recorded`, () => {
      const actual = inValidatorOrder(declared.split(' '));

      assert.deepEqual(actual, printed.split(' '), source);
    });
});
