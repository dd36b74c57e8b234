import 'reflect-metadata';
import fc from 'fast-check';
import { BodyPipe } from './edge.pipe.js';
import { LongForm } from './long-form.js';
import { Problem } from './problem.js';
import {
  HasDistinct,
  Holds,
  IsAmount,
  IsCount,
  IsId,
  IsPart,
  IsParts,
  IsRate,
  Optional,
  OptionalWhen,
} from './validators.js';

class InnerDto {
  @IsId()
  readonly id!: string;

  @Optional()
  @IsCount(1, 3)
  readonly count?: number;
}
class BaseDto {
  @IsAmount()
  readonly amount!: string;

  @OptionalWhen((body: BaseDto) => body.rows !== undefined)
  @IsRate()
  @Holds('notBefore', (body: BaseDto) => body.rate! < '0.5')
  readonly rate?: string;

  @Optional()
  @IsParts(() => InnerDto, 3)
  @HasDistinct('id')
  readonly rows?: InnerDto[];
}
class OrdinaryDto extends BaseDto {
  @Optional()
  @IsPart(() => InnerDto)
  readonly one?: InnerDto;
}
@LongForm()
class LongDto extends OrdinaryDto {}

const pipe = new BodyPipe();
const told = async (body: unknown, dto: new () => object): Promise<unknown> => {
  try {
    await pipe.validate(structuredClone(body), dto);
    return 'accepted';
  } catch (error) {
    return [(error as Problem).code, new Set((error as Problem).more.errors!.map((one) => JSON.stringify(one)))];
  }
};

const inner = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      { id: fc.constantFrom('a', 'b', '号', 1, null), count: fc.constantFrom(1, 4, '1') },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, 1, 'x', [], [{ id: 'a' }], { id: 'a', more: 1 }) },
);
const body = fc.record(
  {
    amount: fc.constantFrom('1.00', '1', 1, null, [], {}),
    rate: fc.constantFrom('0.1', '0.7', '1.0', 0.1, null),
    rows: fc.oneof(fc.array(inner, { maxLength: 4 }), fc.constantFrom(null, 'x', 7)),
    one: inner,
    more: fc.constant(1),
  },
  { requiredKeys: [] },
);

describe('A long form', () => {
  it('accepts and refuses exactly what the general pipe does, with the same words', () =>
    fc.assert(
      fc.asyncProperty(body, async (sent) => expect(await told(sent, LongDto)).toEqual(await told(sent, OrdinaryDto))),
      { numRuns: 2_000 },
    ));

  it('lets others have their turn between its rows', async () => {
    const rows = Array.from({ length: 20_000 }, () => ({ id: '号' }));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await told({ amount: '1.00', rows }, LongDto);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});
