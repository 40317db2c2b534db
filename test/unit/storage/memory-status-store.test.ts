import { MemoryStatusStore } from '../../../src/storage/memory-status-store.ts';
import { testStatusStore } from '../../support/status-store-contract.ts';

testStatusStore('the memory status store', async () => new MemoryStatusStore());
