export { type Azurite, startAzurite } from '../../src/components/embedded-azurite.ts';
