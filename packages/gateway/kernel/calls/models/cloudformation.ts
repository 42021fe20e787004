/**
 * Written by `node lab/tools/call-models.ts` from the API model of cloudformation 2010-05-15 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const CLOUDFORMATION_MODEL: string = String.raw`
{"shape":"ChangeSetNameOrId","type":"text","least":1,"most":1600,"pattern":"[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*"}
{"shape":"NextToken","type":"text","least":1,"most":1024}
{"shape":"StackStatus","type":"text","values":["CREATE_IN_PROGRESS","CREATE_FAILED","CREATE_COMPLETE","ROLLBACK_IN_PROGRESS","ROLLBACK_FAILED","ROLLBACK_COMPLETE","DELETE_IN_PROGRESS","DELETE_FAILED","DELETE_COMPLETE","UPDATE_IN_PROGRESS","UPDATE_COMPLETE_CLEANUP_IN_PROGRESS","UPDATE_COMPLETE","UPDATE_FAILED","UPDATE_ROLLBACK_IN_PROGRESS","UPDATE_ROLLBACK_FAILED","UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS","UPDATE_ROLLBACK_COMPLETE","REVIEW_IN_PROGRESS","IMPORT_IN_PROGRESS","IMPORT_COMPLETE","IMPORT_ROLLBACK_IN_PROGRESS","IMPORT_ROLLBACK_FAILED","IMPORT_ROLLBACK_COMPLETE"]}
{"shape":"StackStatusFilter","type":"list","each":"StackStatus"}
{"shape":"TemplateStage","type":"text","values":["Original","Processed"]}
{"operation":"DescribeStackResource","required":["StackName","LogicalResourceId"],"members":{"StackName":"text","LogicalResourceId":"text"}}
{"operation":"DescribeStackResources","members":{"StackName":"text","LogicalResourceId":"text","PhysicalResourceId":"text"}}
{"operation":"DescribeStacks","members":{"StackName":"text","NextToken":"NextToken"}}
{"operation":"GetTemplate","members":{"StackName":"text","ChangeSetName":"ChangeSetNameOrId","TemplateStage":"TemplateStage"}}
{"operation":"ListExports","members":{"NextToken":"NextToken"}}
{"operation":"ListStackResources","required":["StackName"],"members":{"StackName":"text","NextToken":"NextToken"}}
{"operation":"ListStacks","members":{"NextToken":"NextToken","StackStatusFilter":"StackStatusFilter"}}
`;
