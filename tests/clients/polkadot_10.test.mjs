import * as polkadot from '@polkadot/api';
import { polkadotSuite } from './lib/polkadot_suite.mjs';

polkadotSuite(polkadot, '10.13.1');
