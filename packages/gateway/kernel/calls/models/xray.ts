/**
 * Written by `node lab/tools/call-models.ts` from the API model of xray 2016-04-12 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const XRAY_MODEL: string = String.raw`
{"shape":"SamplingStrategy","type":"object","members":{"Name":"SamplingStrategyName","Value":"number"}}
{"shape":"SamplingStrategyName","type":"text","values":["PartialScan","FixedRate"]}
{"shape":"TimeRangeType","type":"text","values":["TraceId","Event","Service"]}
{"shape":"TraceId","type":"text","least":1,"most":35}
{"shape":"TraceIdList","type":"list","each":"TraceId"}
{"shape":"TraceSegmentDocumentList","type":"list","each":"text"}
{"operation":"BatchGetTraces","http":"POST /Traces","required":["TraceIds"],"members":{"TraceIds":"TraceIdList","NextToken":"text"}}
{"operation":"GetTraceSummaries","http":"POST /TraceSummaries","required":["StartTime","EndTime"],"members":{"StartTime":"time","EndTime":"time","TimeRangeType":"TimeRangeType","Sampling":"flag","SamplingStrategy":"SamplingStrategy","FilterExpression":"text","NextToken":"text"}}
{"operation":"PutTraceSegments","http":"POST /TraceSegments","required":["TraceSegmentDocuments"],"members":{"TraceSegmentDocuments":"TraceSegmentDocumentList"}}
`;
