/**
 * The operations whose members are checked against AWS's model, by the name of the service in botocore. A test compares
 * them with the operations that the gateway answers.
 */
export const MODELLED: Readonly<Record<string, readonly string[]>> = {
  lambda: [
    'AddPermission',
    'CreateEventSourceMapping',
    'DeleteEventSourceMapping',
    'GetEventSourceMapping',
    'GetFunction',
    'GetFunctionConfiguration',
    'GetFunctionUrlConfig',
    'GetPolicy',
    'Invoke',
    'InvokeWithResponseStream',
    'ListEventSourceMappings',
    'ListFunctionUrlConfigs',
    'ListFunctions',
    'RemovePermission',
    'UpdateEventSourceMapping',
    'UpdateFunctionCode',
  ],
  cloudwatch: [
    'DeleteAlarms',
    'DescribeAlarmHistory',
    'DescribeAlarms',
    'DescribeAlarmsForMetric',
    'DisableAlarmActions',
    'EnableAlarmActions',
    'GetMetricData',
    'PutCompositeAlarm',
    'PutMetricAlarm',
    'SetAlarmState',
  ],
  sts: ['AssumeRole', 'GetCallerIdentity', 'GetFederationToken', 'GetSessionToken'],
};
