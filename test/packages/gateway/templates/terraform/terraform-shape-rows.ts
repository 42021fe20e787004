/** Blocks of the provider that CloudFormation has under other names. */
import { TABLE, V2 } from './terraform-rows.ts';
import type { Row } from './terraform-rows.ts';

export const SHAPE_ROWS: readonly Row[] = [
  {
    name: 'an HTTP API has its name and protocol',
    resources: [V2],
    of: 'aws_apigatewayv2_api.h',
    expected: { Name: 'h', ProtocolType: 'HTTP' },
  },
  {
    name: 'a table has indexes with their projections and capacities',
    resources: [
      {
        ...TABLE,
        values: {
          ...TABLE.values,
          global_secondary_index: [
            {
              name: 'by-day',
              hash_key: 'day',
              projection_type: 'INCLUDE',
              non_key_attributes: ['sum'],
              read_capacity: 3,
              write_capacity: 2,
            },
          ],
        },
      },
    ],
    of: 'aws_dynamodb_table.t',
    expected: {
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-day',
          KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['sum'] },
          ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 2 },
        },
      ],
    },
  },
  {
    name: 'a domain has its configurations by their names in CloudFormation',
    resources: [
      {
        type: 'aws_apigatewayv2_domain_name',
        name: 'd',
        values: {
          domain_name: 'api.shop.example',
          domain_name_configuration: [{ certificate_arn: 'arn', endpoint_type: 'REGIONAL' }],
        },
      },
    ],
    of: 'aws_apigatewayv2_domain_name.d',
    expected: { DomainNameConfigurations: [{ CertificateArn: 'arn', EndpointType: 'REGIONAL' }] },
  },
];
