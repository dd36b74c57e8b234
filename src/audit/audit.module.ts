import { Module } from '@nestjs/common';
import { FindingsModule } from '../findings/findings.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { MaintenanceFundModule } from '../maintenance-fund/maintenance-fund.module.js';
import { Settings } from '../platform/config/settings.js';
import { AuditController } from './audit.controller.js';
import { AccessReads } from './access-reads.js';
import { AuditReads } from './audit-reads.js';
import { Bundles } from './bundles.js';
import { AccountRecipes } from './explain/account-recipes.js';
import { Differences } from './explain/differences.js';
import { ExplainController } from './explain/explain.controller.js';
import { Explanations } from './explain/explanations.js';
import { Figures } from './explain/figures.js';
import { FindingRecipes } from './explain/finding-recipes.js';
import { RecipeBook } from './explain/recipe-book.js';
import { Recorded } from './explain/recorded.js';
import { SchemeFindingRecipes } from './explain/scheme-finding-recipes.js';
import { SchemeRecipes } from './explain/scheme-recipes.js';
import { ExportController } from './export.controller.js';
import { SigningKey } from './signing-key.js';
import { TreeHeads } from './tree-heads.js';

@Module({
  imports: [LedgerModule, MaintenanceFundModule, FindingsModule],
  controllers: [AuditController, ExportController, ExplainController],
  providers: [
    {
      provide: SigningKey,
      inject: [Settings],
      useFactory: ({ signingKeyFile, dataDir }: Settings) => SigningKey.open(signingKeyFile, dataDir),
    },
    TreeHeads,
    AuditReads,
    AccessReads,
    Bundles,
    Figures,
    Recorded,
    AccountRecipes,
    SchemeRecipes,
    SchemeFindingRecipes,
    FindingRecipes,
    RecipeBook,
    Explanations,
    Differences,
  ],
  exports: [TreeHeads],
})
export class AuditModule {}
