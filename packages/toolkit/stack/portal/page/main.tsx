/** Starts the page: reads what the owner offers, then whether somebody is signed in. */
import './style.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { showControlsEverywhere } from './show-controls.ts';
import { applyTheme, keptTheme } from './theme.ts';

showControlsEverywhere();
applyTheme(keptTheme());
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
