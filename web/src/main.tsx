import { render } from 'preact';
import { watchConnection } from './api/connection';
import { App } from './App';
import { openRoutes } from './route';
import { openSession } from './session';
import { probeConnection } from './ui/OfflineBanner';
import { openLanguage } from './words/language';
import './ui/base.css';

openLanguage();
openSession();
openRoutes();
watchConnection(probeConnection);

const root = document.getElementById('app');
if (root) render(<App />, root);
