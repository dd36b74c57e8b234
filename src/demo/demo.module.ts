import { Module } from '@nestjs/common';
import { DemoCity } from './demo-city.js';

@Module({ providers: [DemoCity], exports: [DemoCity] })
export class DemoModule {}
