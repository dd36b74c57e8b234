import { type DynamicModule, Module } from '@nestjs/common';
import { Shadows } from './shadows.js';
import { SimulationController } from './simulation.controller.js';
import { RunSimulationHandler } from './simulation.handlers.js';

@Module({})
export class SimulationModule {
  static of(shadows: Shadows): DynamicModule {
    return {
      module: SimulationModule,
      controllers: [SimulationController],
      providers: [{ provide: Shadows, useValue: shadows }, RunSimulationHandler],
    };
  }
}
