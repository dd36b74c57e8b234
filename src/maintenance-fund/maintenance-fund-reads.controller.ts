import { Body, Controller, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { OWNERSHIPS, USES } from '../compound/compound.decider.js';
import { ID_PATTERN } from '../kernel/ids.js';
import { AMOUNT_PATTERN } from '../kernel/money.js';
import { Asked, Calculates, MIB, type Question, READERS, Reads, VIEWERS } from '../platform/http/routes.js';
import { WORK_ITEM_CODES } from '../policy/work-item.js';
import { type ForecastQuestion, GetForecast, GetStatement } from './maintenance-fund-forecast.handlers.js';
import { ForecastDto } from './maintenance-fund-forecast.dto.js';
import {
  GetBooks,
  GetDraw,
  GetDraws,
  GetFund,
  GetSubAccount,
  GetSubAccounts,
} from './maintenance-fund-reads.handlers.js';

const RATE = /^0(\.\d{1,6})?$/;
const FORECAST_PARAMETERS = {
  years: /^([1-9]|[1-4]\d|50)$/,
  inflation: RATE,
  interestRate: RATE,
  contribution: AMOUNT_PATTERN,
  floor: AMOUNT_PATTERN,
  threshold: /^(0|[1-9]\d{0,2})(\.\d{1,6})?$/,
  runs: /^([1-9]\d{0,3}|10000)$/,
  seed: /^(0|[1-9]\d{0,14})$/,
};
const DATE_TEXT = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT_TEXT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+\- ]\d{2}:\d{2})$/;
const YES_NO = ['true', 'false'] as const;

type Draws = { draws: object[] };
/** The flat form of a statement: the year in one row, then one row a draw. */
const statementRows = ({ draws, ...year }: Draws): object[] => [
  { row: 'year', ...year },
  ...draws.map((draw) => ({ row: 'draw', ...draw })),
];

/** The shares of its draws are rows of households. Who may not see them is shown none. */
const splitRows = ({ draws }: { draws: { split?: readonly unknown[] }[] }): number =>
  draws.reduce((sum, { split }) => sum + (split?.length ?? 0), 0);

@ApiTags('maintenance-funds')
@Controller('v1/maintenance-funds/:compoundId')
export class MaintenanceFundReadsController {
  constructor(private readonly queries: QueryBus) {}

  /** 维修资金 */
  @Reads('/')
  fund(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetFund(compoundId, asked));
  }

  /** 账簿 */
  @Reads('books', {
    rows: ({ books }: { books: { book: string; accounts: object[] }[] }) =>
      books.flatMap(({ book, accounts }) => accounts.map((row) => ({ book, ...row }))),
  })
  books(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetBooks(compoundId, asked));
  }

  /** 分户账 */
  @Reads('sub-accounts', {
    discloses: true,
    list: true,
    roles: READERS,
    parameters: {
      groupBy: ['building'],
      buildingNo: /^.{1,200}$/u,
      ownership: OWNERSHIPS,
      use: USES,
      belowThreshold: YES_NO,
      due: YES_NO,
    },
  })
  subAccounts(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetSubAccounts(compoundId, asked));
  }

  /** 一户的分户账 */
  @Reads('sub-accounts/:holderId', {
    discloses: () => 1,
    roles: READERS,
    rows: ({ entries }: { entries: object[] }) => entries,
  })
  subAccount(
    @Param('compoundId') compoundId: string,
    @Param('holderId') holderId: string,
    @Asked() asked: Question,
  ): Promise<object> {
    return this.queries.execute(new GetSubAccount(compoundId, holderId, asked));
  }

  /** 列支 */
  @Reads('draws', {
    discloses: true,
    list: true,
    roles: READERS,
    parameters: {
      state: ['proposed', 'approved', 'paid', 'rejected'],
      workItem: WORK_ITEM_CODES,
      schemeId: ID_PATTERN,
    },
  })
  draws(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetDraws(compoundId, asked));
  }

  /** 单项列支 */
  @Reads('draws/:drawId', { discloses: true, roles: READERS })
  draw(
    @Param('compoundId') compoundId: string,
    @Param('drawId') drawId: string,
    @Asked() asked: Question,
  ): Promise<object> {
    return this.queries.execute(new GetDraw(compoundId, drawId, asked));
  }

  /** 年度公示 */
  @Reads('statement', { discloses: splitRows, parameters: { year: /^(19|[2-9]\d)\d{2}$/ }, rows: statementRows })
  statement(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetStatement(compoundId, asked));
  }

  /** 三十年预测 */
  @Reads('forecast', { parameters: FORECAST_PARAMETERS, rows: ({ years }: { years: object[] }) => years })
  forecast(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetForecast(compoundId, questionOf(asked.filters), asked));
  }

  /** 以另给的部位清单预测 */
  @Calculates('forecast', VIEWERS, MIB, { ...FORECAST_PARAMETERS, asOf: DATE_TEXT, recordedAt: INSTANT_TEXT })
  forecastOf(
    @Param('compoundId') compoundId: string,
    @Body() body: ForecastDto,
    @Asked() asked: Question,
  ): Promise<object> {
    return this.queries.execute(new GetForecast(compoundId, { ...questionOf(asked.filters), ...body }, asked));
  }
}

function questionOf({ years, runs, seed, ...rest }: Readonly<Record<string, string>>): ForecastQuestion {
  const numbers = Object.entries({ years, runs, seed }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, Number(text)]],
  );
  return { ...rest, ...(Object.fromEntries(numbers) as ForecastQuestion) };
}
