/**
 * Written by `node lab/tools/call-models.ts` from the API model of ssm 2014-11-06 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const SSM_MODEL: string = String.raw`
{"shape":"GetParametersByPathMaxResults","type":"number","least":1,"most":10}
{"shape":"PSParameterName","type":"text","least":1,"most":2048}
{"shape":"ParameterNameList","type":"list","least":1,"most":10,"each":"PSParameterName"}
{"shape":"ParameterStringFilter","type":"object","required":["Key"],"members":{"Key":"ParameterStringFilterKey","Option":"ParameterStringQueryOption","Values":"ParameterStringFilterValueList"}}
{"shape":"ParameterStringFilterKey","type":"text","least":1,"most":132,"pattern":"^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$"}
{"shape":"ParameterStringFilterList","type":"list","each":"ParameterStringFilter"}
{"shape":"ParameterStringFilterValue","type":"text","least":1,"most":1024}
{"shape":"ParameterStringFilterValueList","type":"list","least":1,"most":50,"each":"ParameterStringFilterValue"}
{"shape":"ParameterStringQueryOption","type":"text","least":1,"most":10}
{"operation":"GetParameter","required":["Name"],"members":{"Name":"PSParameterName","WithDecryption":"flag"}}
{"operation":"GetParameters","required":["Names"],"members":{"Names":"ParameterNameList","WithDecryption":"flag"}}
{"operation":"GetParametersByPath","required":["Path"],"members":{"Path":"PSParameterName","Recursive":"flag","ParameterFilters":"ParameterStringFilterList","WithDecryption":"flag","MaxResults":"GetParametersByPathMaxResults","NextToken":"text"}}
`;
