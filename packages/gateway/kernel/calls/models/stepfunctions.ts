/**
 * Written by `node lab/tools/call-models.ts` from the API model of stepfunctions 2016-11-23 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const STEPFUNCTIONS_MODEL: string = String.raw`
{"shape":"Arn","type":"text","least":1,"most":256}
{"shape":"IncludedData","type":"text","values":["ALL_DATA","METADATA_ONLY"]}
{"shape":"Name","type":"text","least":1,"most":80}
{"shape":"SensitiveCause","type":"text","least":0,"most":32768,"isHidden":true}
{"shape":"SensitiveData","type":"text","most":262144,"isHidden":true}
{"shape":"SensitiveError","type":"text","least":0,"most":256,"isHidden":true}
{"shape":"TraceHeader","type":"text","least":0,"most":256,"pattern":"\\p{ASCII}*"}
{"operation":"StartExecution","required":["stateMachineArn"],"members":{"stateMachineArn":"Arn","name":"Name","input":"SensitiveData","traceHeader":"TraceHeader"}}
{"operation":"StartSyncExecution","required":["stateMachineArn"],"members":{"stateMachineArn":"Arn","name":"Name","input":"SensitiveData","traceHeader":"TraceHeader","includedData":"IncludedData"}}
{"operation":"StopExecution","required":["executionArn"],"members":{"executionArn":"Arn","error":"SensitiveError","cause":"SensitiveCause"}}
`;
