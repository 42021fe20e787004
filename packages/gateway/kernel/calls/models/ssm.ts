/**
 * Written by `node lab/tools/call-models.ts` from the API model of ssm 2014-11-06 in botocore 1.44.8.
 * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.
 */
export const SSM_MODEL: string = String.raw`
{"shape":"AllowedPattern","type":"text","least":0,"most":1024}
{"shape":"GetParametersByPathMaxResults","type":"number","least":1,"most":10}
{"shape":"PSParameterName","type":"text","least":1,"most":2048}
{"shape":"PSParameterValue","type":"text","isHidden":true}
{"shape":"ParameterDataType","type":"text","least":0,"most":128}
{"shape":"ParameterDescription","type":"text","least":0,"most":1024}
{"shape":"ParameterKeyId","type":"text","least":1,"most":256,"pattern":"^([a-zA-Z0-9:/_-]+)$"}
{"shape":"ParameterNameList","type":"list","least":1,"most":10,"each":"PSParameterName"}
{"shape":"ParameterPolicies","type":"text","least":1,"most":4096}
{"shape":"ParameterStringFilter","type":"object","required":["Key"],"members":{"Key":"ParameterStringFilterKey","Option":"ParameterStringQueryOption","Values":"ParameterStringFilterValueList"}}
{"shape":"ParameterStringFilterKey","type":"text","least":1,"most":132,"pattern":"^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$"}
{"shape":"ParameterStringFilterList","type":"list","each":"ParameterStringFilter"}
{"shape":"ParameterStringFilterValue","type":"text","least":1,"most":1024}
{"shape":"ParameterStringFilterValueList","type":"list","least":1,"most":50,"each":"ParameterStringFilterValue"}
{"shape":"ParameterStringQueryOption","type":"text","least":1,"most":10}
{"shape":"ParameterTier","type":"text","values":["Standard","Advanced","Intelligent-Tiering"]}
{"shape":"ParameterType","type":"text","values":["String","StringList","SecureString"]}
{"shape":"Tag","type":"object","required":["Key","Value"],"members":{"Key":"TagKey","Value":"TagValue"}}
{"shape":"TagKey","type":"text","least":1,"most":128,"pattern":"^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$"}
{"shape":"TagList","type":"list","most":1000,"each":"Tag"}
{"shape":"TagValue","type":"text","least":0,"most":256,"pattern":"^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$"}
{"operation":"DeleteParameter","required":["Name"],"members":{"Name":"PSParameterName"}}
{"operation":"DeleteParameters","required":["Names"],"members":{"Names":"ParameterNameList"}}
{"operation":"GetParameter","required":["Name"],"members":{"Name":"PSParameterName","WithDecryption":"flag"}}
{"operation":"GetParameters","required":["Names"],"members":{"Names":"ParameterNameList","WithDecryption":"flag"}}
{"operation":"GetParametersByPath","required":["Path"],"members":{"Path":"PSParameterName","Recursive":"flag","ParameterFilters":"ParameterStringFilterList","WithDecryption":"flag","MaxResults":"GetParametersByPathMaxResults","NextToken":"text"}}
{"operation":"PutParameter","required":["Name","Value"],"members":{"Name":"PSParameterName","Description":"ParameterDescription","Value":"PSParameterValue","Type":"ParameterType","KeyId":"ParameterKeyId","Overwrite":"flag","AllowedPattern":"AllowedPattern","Tags":"TagList","Tier":"ParameterTier","Policies":"ParameterPolicies","DataType":"ParameterDataType"}}
`;
