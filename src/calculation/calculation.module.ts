import { Module } from '@nestjs/common';
import { CalculationController } from './calculation.controller.js';

@Module({ controllers: [CalculationController] })
export class CalculationModule {}
