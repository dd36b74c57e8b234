import { Module } from '@nestjs/common';
import { CalculationController } from './calculation.controller.js';
import { Slices } from '../platform/slices.js';

@Module({ controllers: [CalculationController], providers: [Slices], exports: [Slices] })
export class CalculationModule {}
