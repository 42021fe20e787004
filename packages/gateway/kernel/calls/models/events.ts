/**
 * Written by `node lab/tools/call-models.ts` from the API model of events 2015-10-07 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const EVENTS_MODEL: string = String.raw`
{"shape":"EndpointId","type":"text","least":1,"most":50,"pattern":"^[A-Za-z0-9\\-]+[\\.][A-Za-z0-9\\-]+$"}
{"shape":"EventPattern","type":"text","most":4096}
{"shape":"EventResource","type":"text","most":2048}
{"shape":"EventResourceList","type":"list","each":"EventResource"}
{"shape":"NonPartnerEventBusNameOrArn","type":"text","least":1,"most":1600,"pattern":"(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?[\\.\\-_A-Za-z0-9]+"}
{"shape":"PutEventsRequestEntry","type":"object","members":{"Time":"time","Source":"text","Resources":"EventResourceList","DetailType":"text","Detail":"text","EventBusName":"NonPartnerEventBusNameOrArn","TraceHeader":"TraceHeader"}}
{"shape":"PutEventsRequestEntryList","type":"list","least":1,"most":10,"each":"PutEventsRequestEntry"}
{"shape":"TraceHeader","type":"text","least":1,"most":500}
{"operation":"PutEvents","required":["Entries"],"members":{"Entries":"PutEventsRequestEntryList","EndpointId":"EndpointId"}}
{"operation":"TestEventPattern","required":["EventPattern","Event"],"members":{"EventPattern":"EventPattern","Event":"text"}}
`;
