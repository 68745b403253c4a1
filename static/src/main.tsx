import { render } from 'preact';
import { App } from './app';
import { startKeys } from './keys';
import { startClock } from './state/clock';
import { startRouter } from './state/router';
import { startSettings } from './state/settings';

await startSettings();
startRouter();
startClock();
startKeys();
render(<App />, document.getElementById('app')!);
