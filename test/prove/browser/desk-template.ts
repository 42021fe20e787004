/**
 * A stack with parts that food-delivery does not have: a route with signed requests, a model, and an integration that
 * calls SNS.
 */

const mock = {
  type: 'mock',
  requestTemplates: { 'application/json': '{"statusCode": 200}' },
  responses: { default: { statusCode: '200' } },
};
const answers = { '200': { description: 'done' } };

const PATHS = {
  '/signed': {
    get: {
      responses: answers,
      'x-amazon-apigateway-integration': mock,
      'x-amazon-apigateway-auth': { type: 'AWS_IAM' },
      security: [{ sigv4: [] }],
    },
  },
  '/pets': {
    post: {
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } },
      'x-amazon-apigateway-request-validator': 'bodies',
      responses: answers,
      'x-amazon-apigateway-integration': mock,
    },
  },
  '/notes': {
    post: {
      responses: answers,
      'x-amazon-apigateway-integration': {
        type: 'aws',
        httpMethod: 'POST',
        uri: 'arn:aws:apigateway:us-east-1:sns:path//',
        credentials: { 'Fn::GetAtt': ['Publisher', 'Arn'] },
        requestParameters: {
          'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'",
        },
        requestTemplates: {
          'application/json': {
            'Fn::Sub':
              'Action=Publish&TopicArn=$util.urlEncode("${Topic}")&Message=$util.urlEncode($input.body)',
          },
        },
        responses: { default: { statusCode: '200' } },
      },
    },
  },
};

export const DESK = {
  Resources: {
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'notes' } },
    Publisher: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: 'apigateway.amazonaws.com' },
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'publish',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: 'Topic' } }],
            },
          },
        ],
      },
    },
    Api: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: {
        Body: {
          openapi: '3.0.1',
          info: { title: 'desk', version: '1' },
          paths: PATHS,
          'x-amazon-apigateway-request-validators': {
            bodies: { validateRequestBody: true, validateRequestParameters: false },
          },
          components: {
            schemas: {
              Pet: {
                type: 'object',
                required: ['name'],
                properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer' } },
              },
            },
            securitySchemes: {
              sigv4: {
                type: 'apiKey',
                name: 'Authorization',
                in: 'header',
                'x-amazon-apigateway-authtype': 'awsSigv4',
              },
            },
          },
        },
      },
    },
    Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: { Ref: 'Api' } } },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
    },
  },
};

/** The identities that may sign requests. */
export const IDENTITIES = JSON.stringify({
  identities: [
    {
      name: 'reader',
      accessKeyId: 'AKIAREADERREADERREAD',
      secretAccessKey: 'secret-of-the-console-proof',
      policies: [
        {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
        },
      ],
    },
  ],
});
