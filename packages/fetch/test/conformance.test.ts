import { describeAdapter } from '@cb/testing';
import { fetchAdapter } from './harness.ts';

describeAdapter('@cb/fetch', fetchAdapter);
