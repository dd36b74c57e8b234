import { Module } from '@nestjs/common';
import { DemoModule } from '../demo/demo.module.js';
import { PagesController } from './pages.controller.js';
import { Visitors } from './visitors.js';

@Module({ imports: [DemoModule], controllers: [PagesController], providers: [Visitors] })
export class PagesModule {}
