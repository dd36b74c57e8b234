import { Body, Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asked, Calculates, MIB, POSITION_TEXT, type Question, VIEWERS } from '../platform/http/routes.js';
import { RunSimulation } from './simulation.handlers.js';
import { SimulationDto } from './simulation.dto.js';

@ApiTags('simulations')
@Controller('v1')
export class SimulationController {
  constructor(private readonly queries: QueryBus) {}

  /** 情景推演：不作任何登记 */
  @Calculates('simulations', VIEWERS, MIB, { atPosition: POSITION_TEXT })
  simulate(@Body() { commands, alternatives, read }: SimulationDto, @Asked() asked: Question): Promise<object> {
    const scenarios = alternatives ?? [{ name: null, commands: commands! }];
    return this.queries.execute(new RunSimulation(scenarios, read, asked));
  }
}
