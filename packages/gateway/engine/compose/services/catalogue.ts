/**
 * The services of this run. Each service has one entry in this file and a separate folder. This file imports only data.
 * The code of a service is loaded when a resource, a call or a target first names the service.
 */
import { ResourceTypes } from '../../../core/resource-types/resource-types.ts';
import type { ServiceEntry } from '../../../kernel/service.ts';
import { COGNITO_TYPES } from '../../../cognito/resource-types.ts';
import { CONTROL_TYPES } from '../../../control/resource-types/api-types.ts';
import { LAMBDA_TYPES } from '../../../lambda/resource-types.ts';
import { CLOUDFRONT_TYPES } from '../../../services/cloudfront/resource-types.ts';
import { CLOUDWATCH_TYPES } from '../../../services/cloudwatch/resource-types.ts';
import { EVENTBRIDGE_TYPES } from '../../../services/eventbridge/resource-types.ts';
import { KINESIS_TYPES } from '../../../services/kinesis/resource-types.ts';
import { LAMBDA_EVENTS_TYPES } from '../../../services/lambda-events/resource-types.ts';
import { LOGS_TYPES } from '../../../services/logs/resource-types.ts';
import { S3_TYPES } from '../../../services/s3/resource-types.ts';
import { SCHEDULER_TYPES } from '../../../services/scheduler/resource-types.ts';
import {
  needsDiscovery,
  SERVICE_DISCOVERY_TYPES,
} from '../../../services/servicediscovery/resource-types.ts';
import { SNS_TYPES } from '../../../services/sns/resource-types.ts';
import { SQS_TYPES } from '../../../services/sqs/resource-types.ts';
import { STATES_TYPES } from '../../../services/states/resource-types.ts';
import { hasStream } from '../../../services/streams/resource-types.ts';
import { TABLES_TYPES } from '../../../services/tables/resource-types.ts';
import { VALUES_TYPES } from '../../../services/values/resource-types.ts';
import { WAF_TYPES } from '../../../services/waf/resource-types.ts';
import { OTHER_TYPES } from '../../../templates/other-types.ts';

/**
 * The services in the order in which they are created and shown. A source comes before the services that read it, so
 * event source mappings, which belong to Lambda, come last.
 */
export const CATALOGUE: readonly ServiceEntry[] = [
  { name: 'sqs', types: SQS_TYPES, isCalled: true, load: () => import('../../../services/sqs/service.ts') },
  {
    name: 'dynamodb-streams',
    arnService: 'dynamodb',
    types: {},
    isNeededBy: hasStream,
    load: () => import('../../../services/streams/service.ts'),
  },
  { name: 'sns', types: SNS_TYPES, isCalled: true, load: () => import('../../../services/sns/service.ts') },
  {
    name: 'events',
    types: EVENTBRIDGE_TYPES,
    isCalled: true,
    load: () => import('../../../services/eventbridge/service.ts'),
  },
  { name: 'scheduler', types: SCHEDULER_TYPES, load: () => import('../../../services/scheduler/service.ts') },
  { name: 's3', types: S3_TYPES, isCalled: true, load: () => import('../../../services/s3/service.ts') },
  {
    name: 'cloudfront',
    types: CLOUDFRONT_TYPES,
    isCalled: true,
    load: () => import('../../../services/cloudfront/service.ts'),
  },
  {
    name: 'logs',
    types: {},
    isNeededBy: ({ type }) => /^AWS::Logs::(?:Metric|Subscription)Filter$/.test(type),
    isCalled: true,
    load: () => import('../../../services/cloudwatch-logs/service.ts'),
  },
  { name: 'xray', types: {}, isCalled: true, load: () => import('../../../services/xray/service.ts') },
  {
    name: 'cloudformation',
    types: {},
    isCalled: true,
    load: () => import('../../../services/cloudformation/service.ts'),
  },
  {
    name: 'kinesis',
    types: KINESIS_TYPES,
    isCalled: true,
    load: () => import('../../../services/kinesis/service.ts'),
  },
  {
    name: 'states',
    types: STATES_TYPES,
    isCalled: true,
    load: () => import('../../../services/states/service.ts'),
  },
  {
    name: 'servicediscovery',
    types: SERVICE_DISCOVERY_TYPES,
    isNeededBy: needsDiscovery,
    isCalled: true,
    load: () => import('../../../services/servicediscovery/service.ts'),
  },
  {
    name: 'wafv2',
    types: WAF_TYPES,
    isCalled: true,
    load: () => import('../../../services/waf/service.ts'),
  },
  {
    name: 'monitoring',
    arnService: 'cloudwatch',
    types: CLOUDWATCH_TYPES,
    isCalled: true,
    load: () => import('../../../services/cloudwatch/service.ts'),
  },
  {
    name: 'lambda',
    types: LAMBDA_EVENTS_TYPES,
    keptPrefix: 'async/',
    load: () => import('../../../services/lambda-events/service.ts'),
  },
];

function resourceTypesOf(catalogue: readonly ServiceEntry[]): ResourceTypes {
  return new ResourceTypes([
    CONTROL_TYPES,
    LAMBDA_TYPES,
    COGNITO_TYPES,
    TABLES_TYPES,
    VALUES_TYPES,
    LOGS_TYPES,
    OTHER_TYPES,
    ...catalogue.map(({ types }) => types),
  ]);
}

export const RESOURCE_TYPES = resourceTypesOf(CATALOGUE);

/**
 * Returns the services of this run. They are the gateway's own services, and the services that are added by the program
 * that starts the gateway.
 */
export function catalogueOf({ moreServices = [] }: Services): readonly ServiceEntry[] {
  return [...moreServices, ...CATALOGUE];
}

/** Returns the signing names of the services that can be called. */
export function calledServices(options: Services): readonly string[] {
  return catalogueOf(options).flatMap(({ name, isCalled }) => (isCalled === true ? [name] : []));
}

export function typesOf(options: Services): ResourceTypes {
  return options.moreServices === undefined ? RESOURCE_TYPES : resourceTypesOf(catalogueOf(options));
}

type Services = { readonly moreServices?: readonly ServiceEntry[] };
