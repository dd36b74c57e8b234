import { Module } from '@nestjs/common';
import { CatalogueController } from './catalogue.controller.js';
import { assertSound, POLICIES } from './policies.rules.js';

@Module({ controllers: [CatalogueController] })
export class PolicyModule {
  /** A faulty pack must not judge anybody: the service does not start with one. */
  constructor() {
    assertSound(POLICIES);
  }
}
