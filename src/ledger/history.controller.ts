import { Controller, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asked, type Question, READERS, Reads, VIEWERS } from '../platform/http/routes.js';
import { GetGrant, GetGrants } from './grant-figures.handlers.js';
import { GetAccountEntries, GetDecisions, GetEvent, GetEvents, GetTrialBalance } from './history.handlers.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;

@ApiTags('history')
@Controller('v1')
export class HistoryController {
  constructor(private readonly queries: QueryBus) {}

  /** 指标列表 */
  @Reads('grants', {
    list: true,
    roles: VIEWERS,
    parameters: {
      divisionCode: /^\d{2}(\d{2}){0,2}$/,
      source: /^[a-z-]{1,40}$/,
      level: /^[a-z]{1,20}$/,
      programme: /^[a-z]{1,20}$/,
      parentGrantId: /^.{1,64}$/,
      fiscalYear: /^\d{4}$/,
      documentNo: /^.{1,200}$/u,
    },
  })
  grants(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetGrants(asked));
  }

  /** 指标 */
  @Reads('grants/:grantId')
  grant(@Param('grantId') grantId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetGrant(grantId, asked));
  }

  /** 事件 */
  @Reads('events', {
    discloses: true,
    list: true,
    roles: READERS,
    parameters: {
      stream: /^.{1,120}$/u,
      type: /^[A-Za-z]{1,60}$/,
      compound: /^.{1,64}$/,
      from: DATE,
      to: DATE,
      after: /^(0|[1-9]\d{0,15})$/,
    },
  })
  events(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetEvents(asked));
  }

  /** 单个事件 */
  @Reads('events/:eventId', { discloses: true, roles: READERS })
  event(@Param('eventId') eventId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetEvent(eventId, asked));
  }

  /** 依规则作出的决定 */
  @Reads('decisions', {
    discloses: true,
    list: true,
    roles: READERS,
    parameters: { rule: /^R\d{2}[ab]?$/, outcome: ['accepted', 'refused', 'overridden'], stream: /^.{1,120}$/u },
  })
  decisions(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetDecisions(asked));
  }

  /** 试算平衡表 */
  @Reads('ledger/trial-balance', {
    discloses: true,
    roles: READERS,
    rows: ({ books }: { books: { book: string; accounts: object[] }[] }) =>
      books.flatMap(({ book, accounts }) => accounts.map((row) => ({ book, ...row }))),
  })
  trialBalance(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetTrialBalance(asked));
  }

  /** 科目明细 */
  @Reads('ledger/accounts/:account/entries', { discloses: true, list: true, roles: READERS })
  entries(@Param('account') account: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetAccountEntries(account, asked));
  }
}
