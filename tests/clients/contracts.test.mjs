import { contractsSuite } from './lib/contracts_suite.mjs';

contractsSuite('10.13.1');
