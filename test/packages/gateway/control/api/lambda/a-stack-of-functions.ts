/** Two functions, as their template gives them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResolvedStack } from '../../../../../../packages/gateway/core/stack/model.ts';
import { loadStacks } from '../../../../../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../../../templates/stack-builders.ts';

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  First: &function
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: first
      Description: says hello
      Runtime: nodejs24.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/first
      Timeout: 7
      Environment: { Variables: { GREETING: hello } }
      Code: { ZipFile: 'exports.handler = async () => 1;' }
  Second:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: second
      Tags: { team: shop }
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/second
      InlineCode: 'exports.handler = async () => 2;'
  FirstVersion:
    Type: AWS::Lambda::Version
    Properties: { FunctionName: !Ref First, Description: as sold }
  SecondVersion:
    Type: AWS::Lambda::Version
    DependsOn: FirstVersion
    Properties: { FunctionName: !Ref First }
  Live:
    Type: AWS::Lambda::Alias
    Properties: { FunctionName: !Ref First, Name: live, FunctionVersion: !GetAtt FirstVersion.Version }
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !GetAtt First.Arn
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: arn:aws:execute-api:eu-west-1:123456789012:abc/*
`;

export async function aStack(): Promise<readonly ResolvedStack[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-reads-'));
  try {
    writeFileSync(join(folder, 'template.yaml'), TEMPLATE);
    return await loadStacks([folder], OPTIONS);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
