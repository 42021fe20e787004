import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDistribution, invalidation } from './a-distribution.ts';
import type { Bench } from './a-distribution.ts';

const idOf = (bench: Bench): string =>
  /<Id>(\w+)<\/Id>/.exec(bench.call('GET', '/2020-05-31/distribution').body)?.[1] ?? '';

describe('calls of SDKs', () => {
  // ListDistributions, GetDistribution, CreateInvalidation, GetInvalidation
  it('list and read distributions and invalidations', () => {
    const bench = aDistribution({ config: 'Aliases: [shop.example]\nComment: a & b' });
    const { body: list } = bench.call('GET', '/2020-05-31/distribution');
    const id = /<Id>(\w+)<\/Id>/.exec(list)?.[1] ?? '';
    const path = `/2020-05-31/distribution/${id}/invalidation`;
    const { body: made } = bench.call('POST', path, invalidation(['/a'], 'r2'));
    const invalidationId = /<Id>(\w+)<\/Id>/.exec(made)?.[1] ?? '';

    assert.match(
      list,
      /<DistributionList .*<Quantity>1<\/Quantity>.*<CNAME>shop\.example<\/CNAME>.*<Comment>a &#38; b<\/Comment>/,
    );
    const { body: one } = bench.call('GET', `/2020-05-31/distribution/${id}`);
    assert.match(one, /<Status>Deployed<\/Status>.*<DomainName>d\w{13}\.cloudfront\.net<\/DomainName>/);
    assert.match(one, /<OriginProtocolPolicy>https-only<\/OriginProtocolPolicy>/);
    assert.match(
      bench.call('GET', `${path}/${invalidationId}`).body,
      /<Status>Completed<\/Status>.*<CallerReference>r2</,
    );
  });

  it('names the distribution by its ARN', () => {
    const bench = aDistribution();
    const id = idOf(bench);

    assert.match(
      bench.call('GET', `/2020-05-31/distribution/${id}`).body,
      new RegExp(`<ARN>arn:aws:cloudfront::\\d{12}:distribution/${id}</ARN>`),
    );
  });

  it('answer 404 for an unknown distribution, also for its invalidations', () => {
    const bench = aDistribution();

    for (const [path, code] of [
      ['/2020-05-31/distribution/EUNKNOWN', 'NoSuchDistribution'],
      ['/2020-05-31/distribution/EUNKNOWN/invalidation/I1', 'NoSuchDistribution'],
    ] as const) {
      const { status, body } = bench.call('GET', path);
      assert.deepEqual([status, body.includes(code)], [404, true]);
    }
  });

  it('answer 404 for an unknown invalidation', () => {
    const bench = aDistribution();
    const { status, body } = bench.call('GET', `/2020-05-31/distribution/${idOf(bench)}/invalidation/INONE`);

    assert.deepEqual([status, body.includes('<Code>NoSuchInvalidation</Code>')], [404, true]);
  });

  // jonls/s3-deploy-website#26, and the message that Ansible's module cloudfront_invalidation reads
  it('accept a caller reference once: again for the same paths, and not for others', () => {
    const bench = aDistribution();
    const path = `/2020-05-31/distribution/${idOf(bench)}/invalidation`;
    const answers = [['/a'], ['/a'], ['/b']].map((paths) =>
      bench.call('POST', path, invalidation(paths, 'r')),
    );

    assert.deepEqual(
      answers.map(({ status, body }) => [
        status,
        ...(/<Code>(\w+).*<Message>([^<]+)/.exec(body)?.slice(1) ?? []),
      ]),
      [
        [201],
        [201],
        [
          400,
          'InvalidArgument',
          'Your request contains a caller reference that was used for a previous invalidation batch for the same distribution.',
        ],
      ],
    );
    const [first, again] = answers.map(({ body }) => /<Id>(\w+)/.exec(body)?.[1]);
    assert.equal(again, first);
  });

  it('take 3,000 paths of 4,000 letters at most', () => {
    const bench = aDistribution();
    const path = `/2020-05-31/distribution/${idOf(bench)}/invalidation`;
    const statusOf = (paths: readonly string[]): number =>
      bench.call('POST', path, invalidation([...paths], `r${paths.length}${paths[0]?.length}`)).status;
    const many = Array.from({ length: 3_001 }, (_, index) => `/${index}`);

    assert.deepEqual([statusOf(many.slice(1)), statusOf(many)], [201, 413]);
    assert.deepEqual([statusOf([`/${'a'.repeat(3_999)}`]), statusOf([`/${'a'.repeat(4_000)}`])], [201, 400]);
  });

  for (const [name, body] of [
    ['MalformedXML', '<InvalidationBatch></InvalidationBatch>'],
    ['InconsistentQuantities', invalidation(['/a'], 'r').replace('<Quantity>1', '<Quantity>2')],
    ['InvalidArgument', invalidation(['a'], 'r')],
    ['InvalidArgument', invalidation(['/a*b'], 'r')],
  ] as const)
    it(`refuse an invalidation with ${name}: ${body.slice(0, 60)}`, () => {
      const bench = aDistribution();
      const id = idOf(bench);

      const answer = bench.call('POST', `/2020-05-31/distribution/${id}/invalidation`, body);

      assert.equal(answer.status, 400);
      assert.match(answer.body, new RegExp(`<Code>${name}</Code>`));
    });
});
