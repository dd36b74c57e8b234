import { Module } from '@nestjs/common';
import { Settings } from '../platform/config/settings.js';
import { AuditController } from './audit.controller.js';
import { AccessReads } from './access-reads.js';
import { AuditReads } from './audit-reads.js';
import { Bundles } from './bundles.js';
import { Explanations } from './explain.js';
import { ExplainController } from './explain.controller.js';
import { ExportController } from './export.controller.js';
import { Figures } from './figures.js';
import { SigningKey } from './signing-key.js';
import { TreeHeads } from './tree-heads.js';

@Module({
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
    Explanations,
  ],
  exports: [TreeHeads],
})
export class AuditModule {}
