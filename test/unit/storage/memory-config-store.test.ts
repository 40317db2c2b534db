import { MemoryConfigStore } from '../../../src/storage/memory-config-store.ts';
import { testConfigStore } from '../../support/config-store-contract.ts';

testConfigStore('the memory config store', async () => new MemoryConfigStore());
