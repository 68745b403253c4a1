import { render } from 'preact';
import { App, fetchPage } from './app';
import { startKeys } from './keys';
import { startClock } from './state/clock';
import { route, startRouter } from './state/router';
import { startSettings } from './state/settings';

startRouter();
fetchPage(route.value);
await startSettings();
startClock();
startKeys();
render(<App />, document.getElementById('app')!);
