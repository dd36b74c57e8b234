import { type DynamicModule, Module } from '@nestjs/common';
import { ApprovalModule } from './approval/approval.module.js';
import { BatchModule } from './batch/batch.module.js';
import { BondModule } from './bond/bond.module.js';
import { CalculationModule } from './calculation/calculation.module.js';
import { AuditModule } from './audit/audit.module.js';
import { CompoundModule } from './compound/compound.module.js';
import { DemoModule } from './demo/demo.module.js';
import { EntryModule } from './entry/entry.module.js';
import { FindingsModule } from './findings/findings.module.js';
import { GrantModule } from './grant/grant.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { MaintenanceFundModule } from './maintenance-fund/maintenance-fund.module.js';
import { PagesModule } from './pages/pages.module.js';
import { PeriodModule } from './period/period.module.js';
import { type Platform, PlatformModule } from './platform/platform.module.js';
import { PolicyModule } from './policy/policy.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { SchemeModule } from './scheme/scheme.module.js';
import type { Shadows } from './simulation/shadows.js';
import { SimulationModule } from './simulation/simulation.module.js';

/** The table of contents. */
@Module({})
export class AppModule {
  /** Without shadows there is nobody to simulate: the command line works on the log as it is. */
  static of(platform: Platform, shadows?: Shadows): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.of(platform),
        PolicyModule,
        CalculationModule,
        CompoundModule,
        SchemeModule,
        GrantModule,
        BondModule,
        MaintenanceFundModule,
        PeriodModule,
        ApprovalModule,
        LedgerModule,
        FindingsModule,
        ReportsModule,
        BatchModule,
        EntryModule,
        DemoModule,
        AuditModule,
        PagesModule,
        ...(shadows ? [SimulationModule.of(shadows)] : []),
      ],
    };
  }
}
